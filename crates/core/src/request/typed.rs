//! The macros that write a kind's request: the required parts as fields, everything optional behind `with_*`.

/// A kind's request. `from text` requires a prompt; `from FIELD: ROLE` requires at least one input of that role.
macro_rules! kind_request {
    ($(#[$doc:meta])* $name:ident from text; options { $($options:tt)* } inputs { $($inputs:tt)* }) => {
        kind_request!(@struct $(#[$doc])* $name {
            /// What to make, in words; for speech, the words to say.
            pub prompt: String,
        });

        impl From<&str> for $name {
            fn from(prompt: &str) -> Self {
                Self::new(prompt)
            }
        }

        impl From<String> for $name {
            fn from(prompt: String) -> Self {
                Self::new(prompt)
            }
        }

        impl From<&String> for $name {
            fn from(prompt: &String) -> Self {
                Self::new(prompt.as_str())
            }
        }

        impl $name {
            /// A request with this prompt.
            pub fn new(prompt: impl Into<String>) -> Self {
                kind_request!(@new { prompt: prompt.into() })
            }
            option_setters! { $($options)* }
            input_setters! { $($inputs)* }
            common_setters!();
        }

        impl crate::KindRequest for $name {
            fn into_request(self) -> super::Request {
                kind_request!(@into self, Some(self.prompt), self.inputs)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident from $main:ident: $role:ident, one $one:ident, $with:ident;
        options { $($options:tt)* } inputs { $($inputs:tt)* }) => {
        kind_request!(@struct $(#[$doc])* $name {
            /// The main inputs, the most important first.
            pub $main: Vec<crate::MediaInput>,
            /// What to make of it, in words, where the model takes them.
            #[serde(default)]
            pub prompt: Option<String>,
        });

        impl $name {
            #[doc = concat!("A request with `", stringify!($one), "` as the main input.")]
            pub fn new($one: impl Into<crate::MediaInput>) -> Self {
                kind_request!(@new { $main: vec![$one.into()], prompt: None })
            }
            /// Adds another main input.
            pub fn $with(mut self, $one: impl Into<crate::MediaInput>) -> Self {
                self.$main.push($one.into());
                self
            }
            /// Says in words what to make of it.
            pub fn with_prompt(mut self, prompt: impl Into<String>) -> Self {
                self.prompt = Some(prompt.into());
                self
            }
            option_setters! { $($options)* }
            input_setters! { $($inputs)* }
            common_setters!();
        }

        impl crate::KindRequest for $name {
            fn into_request(self) -> super::Request {
                let main = self.$main.into_iter().map(|media| crate::Input::new(crate::Role::$role, media));
                kind_request!(@into self, self.prompt, main.chain(self.inputs).collect())
            }
        }
    };
    (@struct $(#[$doc:meta])* $name:ident { $($required:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($required)*
            /// Further media, each with its role.
            #[serde(default)]
            pub inputs: Vec<crate::Input>,
            /// The canonical options.
            #[serde(default)]
            pub options: crate::Options,
            /// The model's own fields by name; they win over the options.
            #[serde(default)]
            pub extra: crate::JsonMap,
            /// What to do with an option that the model cannot take.
            #[serde(default)]
            pub policy: crate::Policy,
            /// Whether names in `extra` that the model's schema does not have are passed on with a note. Default `false`:
            /// they are refused with the nearest name, whatever the policy.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub allow_unknown: bool,
            /// How the provider is to handle the job.
            #[serde(default)]
            pub delivery: crate::Delivery,
        }
    };
    (@new { $($field:ident: $value:expr),* }) => {{
        let super::Request { inputs, options, extra, policy, allow_unknown, delivery, .. } = super::Request::new();
        Self { $($field: $value,)* inputs, options, extra, policy, allow_unknown, delivery }
    }};
    (@into $self:ident, $prompt:expr, $inputs:expr) => {
        super::Request {
            prompt: $prompt,
            inputs: $inputs,
            options: $self.options,
            extra: $self.extra,
            policy: $self.policy,
            allow_unknown: $self.allow_unknown,
            delivery: $self.delivery,
        }
    };
}

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
        pub fn $with(mut self, media: impl Into<crate::MediaInput>) -> Self {
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
        /// Decides whether names in `extra` that the model's schema does not have are passed on.
        pub fn with_allow_unknown(mut self, allow: bool) -> Self {
            self.allow_unknown = allow;
            self
        }
        /// Decides how the provider handles the job.
        pub fn with_delivery(mut self, delivery: crate::Delivery) -> Self {
            self.delivery = delivery;
            self
        }
    };
}

pub(super) use {common_setters, input_setters, kind_request, option_setters};
