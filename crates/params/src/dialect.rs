//! How one provider's model is spoken to: its names for options, and the rules about it.

use crate::{AliasTable, Rule};

/// What a mapping knows besides the schema: names, best first, and what is special about the model.
///
/// ```
/// use mediagen_params::{AliasTable, Dialect, RuleBook};
///
/// let names = AliasTable::parse("[[alias]]\noption = 'steps'\nfields = ['cycles']")?;
/// let rules = RuleBook::empty();
/// let dialect = Dialect::new(&names, rules.matching("acme/clay/fast"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Dialect<'a> {
    /// The provider's names for options and roles, and the neutral ones behind them.
    pub aliases: &'a AliasTable,
    /// The rules that speak of the model, later ones stronger.
    pub rules: Vec<&'a Rule>,
}

impl<'a> Dialect<'a> {
    /// The names of `aliases` and these rules.
    pub fn new(aliases: &'a AliasTable, rules: Vec<&'a Rule>) -> Self {
        Self { aliases, rules }
    }

    /// The neutral names and no rules.
    pub fn neutral() -> Self {
        Self::new(AliasTable::neutral(), Vec::new())
    }
}

impl Default for Dialect<'_> {
    fn default() -> Self {
        Self::neutral()
    }
}
