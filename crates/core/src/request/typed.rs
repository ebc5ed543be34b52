//! The macro that writes a kind's request: required parts as fields, everything optional behind `with_*`.

/// `with_*` for canonical options that a kind commonly takes; all others are set through the public `options`.
macro_rules! option_setters {
    ($($field:ident : $ty:ident => $with:ident),* $(,)?) => {
        $(option_setters!(@one $field $ty $with);)*
    };
    (@one $field:ident String $with:ident) => {
        #[doc = concat!("Sets [`Options::", stringify!($field), "`](crate::Options::", stringify!($field), ").")]
        pub fn $with(mut self, $field: impl Into<String>) -> Self {
            self.options.$field = Some($field.into());
            self
        }
    };
    (@one $field:ident $ty:ident $with:ident) => {
        #[doc = concat!("Sets [`Options::", stringify!($field), "`](crate::Options::", stringify!($field), ").")]
        pub fn $with(mut self, $field: $ty) -> Self {
            self.options.$field = Some($field);
            self
        }
    };
}

/// `with_*` for optional inputs.
macro_rules! input_setters {
    ($($(#[$doc:meta])* $with:ident => $role:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $with(mut self, media: crate::MediaInput) -> Self {
            self.inputs.push(crate::Input::new(crate::Role::$role, media));
            self
        }
    )*};
}

/// `with_*` that every kind has.
macro_rules! common_setters {
    () => {
        /// Sets one of the model's own fields; it wins over the canonical options.
        pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.extra.insert(name.into(), value.into());
            self
        }
        /// Replaces all canonical options.
        pub fn with_options(mut self, options: crate::Options) -> Self {
            self.options = options;
            self
        }
        /// Decides what happens to an option that the model cannot take.
        pub fn with_policy(mut self, policy: crate::Policy) -> Self {
            self.policy = policy;
            self
        }
        /// Decides how the provider handles the job.
        pub fn with_delivery(mut self, delivery: crate::Delivery) -> Self {
            self.delivery = delivery;
            self
        }
    };
}

pub(super) use {common_setters, input_setters, option_setters};
