//! `generate MODEL --help-model`: the options that work with this model, and no others.

use super::{Input, SchemaReport, flag, table};
use crate::{args::Cli, ui};
use clap::CommandFactory as _;
use console::style;

/// Most characters of what the provider says about a field.
const MAX_WORDS: usize = 160;

/// The help, for a person.
pub(super) fn of(report: &SchemaReport) -> String {
    let mut lines = vec![table::head(report), String::new(), usage(report), String::new()];
    let (known, own): (Vec<&Input>, Vec<&Input>) = report.inputs.iter().partition(|input| !input.options.is_empty());
    if report.inputs.is_empty() {
        lines.extend([table::UNKNOWN.to_owned(), String::new()]);
    }
    if !known.is_empty() {
        let rows = known.iter().flat_map(|input| input.options.iter().map(|option| option_row(option, input)));
        lines.extend([heading("Options of this model:"), table::table(rows.collect())]);
    }
    if !own.is_empty() {
        let rows = own.iter().map(|input| vec![format!("  -P {}=…", ui::plain(&input.field)), described(input, None)]);
        lines.extend([heading("Its own fields:"), table::table(rows.collect())]);
    }
    lines.push(table::returns(report));
    lines.join("\n")
}

fn usage(report: &SchemaReport) -> String {
    let prompt = report.inputs.iter().find(|input| input.options.contains(&"prompt"));
    let prompt = prompt.map_or("", |input| if input.required { " <PROMPT>" } else { " [PROMPT]" });
    let needed = report.inputs.iter().filter(|input| input.required && !input.options.contains(&"prompt"));
    let needed: String = needed
        .map(|input| match input.options.first() {
            Some(option) => format!(" {}", with_value(option)),
            None => format!(" -P {}=…", input.field),
        })
        .collect();
    format!("{} mediagen generate {}{prompt}{} [OPTIONS]", heading("Usage:"), report.model, ui::plain(&needed))
}

fn option_row(option: &str, input: &Input) -> Vec<String> {
    vec![format!("  {}", with_value(option)), described(input, Some(&input.field))]
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

fn described(input: &Input, field: Option<&str>) -> String {
    let mut facts = Vec::new();
    if input.required {
        facts.push("required".to_owned());
    }
    facts.extend(field.map(|field| format!("field {field}")));
    facts.extend(input.default.as_ref().map(|default| format!("default {}", table::default(default))));
    let facts = if facts.is_empty() { String::new() } else { format!(" [{}]", facts.join(", ")) };
    // What a canonical option means is known; a field of the model's own needs the provider's words.
    let words = input.description.as_deref().filter(|_| field.is_none()).map(first_sentence).unwrap_or_default();
    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
    ui::plain(&format!("{}{facts}{words}", input.takes))
}

fn first_sentence(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.split(". ").next().unwrap_or_default().trim_end_matches('.').chars().take(MAX_WORDS).collect()
}

fn heading(text: &str) -> String {
    style(text).bold().to_string()
}
