//! `generate MODEL --help-model`: the options that work with this model, and no others.

use super::{Asked, flag, text};
use crate::{args::Cli, ui};
use clap::CommandFactory as _;
use console::style;
use mediagen::core::Place;

/// Most characters of what the provider says about a field.
const MAX_WORDS: usize = 160;

/// The help, for a person.
pub(super) fn of(asked: &Asked<'_>) -> String {
    let mut lines = vec![text::head(asked), String::new(), usage(asked), String::new()];
    let (known, own): (Vec<&Place>, Vec<&Place>) = asked.places.iter().partition(|place| !place.options.is_empty());
    if asked.places.is_empty() {
        lines.extend([text::UNKNOWN.to_owned(), String::new()]);
    }
    if !known.is_empty() {
        let rows = known.iter().flat_map(|place| place.options.iter().map(|option| option_row(option, place)));
        lines.extend([heading("Options that work with it:"), text::table(rows.collect())]);
    }
    if !own.is_empty() {
        let rows = own.iter().map(|place| vec![format!("  -P {}=…", ui::plain(&place.field)), told(place, None)]);
        lines.extend([heading("Fields of its own:"), text::table(rows.collect())]);
    }
    lines.extend(text::returns(asked));
    lines.join("\n")
}

fn usage(asked: &Asked<'_>) -> String {
    let prompt = asked.places.iter().find(|place| place.options.contains(&"prompt"));
    let prompt = prompt.map_or("", |place| if place.required { " <PROMPT>" } else { " [PROMPT]" });
    let needed = asked.places.iter().filter(|place| place.required && !place.options.contains(&"prompt"));
    let needed: String = needed
        .map(|place| match place.options.first() {
            Some(option) => format!(" {}", with_value(option)),
            None => format!(" -P {}=…", place.field),
        })
        .collect();
    format!("{} mediagen generate {}{prompt}{} [OPTIONS]", heading("Usage:"), asked.spec.id.name, ui::plain(&needed))
}

fn option_row(option: &str, place: &Place) -> Vec<String> {
    vec![format!("  {}", with_value(option)), told(place, Some(&place.field))]
}

/// The option with the name of its value, as `generate --help` has it.
fn with_value(option: &str) -> String {
    let flag = flag(option);
    let root = Cli::command();
    let generate = root.get_subcommands().find(|command| command.get_name() == "generate");
    let argument = generate
        .and_then(|command| command.get_arguments().find(|a| a.get_long().is_some_and(|long| flag[2..] == *long)));
    let name = argument.and_then(|argument| argument.get_value_names()?.first().map(ToString::to_string));
    name.map_or_else(|| flag.clone(), |name| format!("{flag} <{name}>"))
}

fn told(place: &Place, field: Option<&str>) -> String {
    let mut facts = Vec::new();
    if place.required {
        facts.push("required".to_owned());
    }
    facts.extend(field.map(|field| format!("field {field}")));
    facts.extend(place.default.as_ref().map(|default| format!("default {}", text::default(default))));
    let facts = if facts.is_empty() { String::new() } else { format!(" [{}]", facts.join(", ")) };
    // What a canonical option means is known; a field of the model's own needs the provider's words.
    let words = place.description.as_deref().filter(|_| field.is_none()).map(first_sentence).unwrap_or_default();
    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
    ui::plain(&format!("{}{facts}{words}", place.ty))
}

fn first_sentence(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.split(". ").next().unwrap_or_default().trim_end_matches('.').chars().take(MAX_WORDS).collect()
}

fn heading(text: &str) -> String {
    style(text).bold().to_string()
}
