//! Which canonical option or role fills a field: what a problem says has to be given.

use crate::{draft::Draft, path::Path, places};
use mediagen_core::{FieldProblem, ProblemCode, Role};

/// The problem with the options and roles that fill its field, and the way to do it in its message.
pub(crate) fn explained(draft: &Draft<'_>, mut problem: FieldProblem) -> FieldProblem {
    let path = Path::parse(&problem.path);
    if draft.given.iter().any(|given| given.overlaps(&path)) {
        // The caller's own field fills it.
        if problem.is(&ProblemCode::Unknown) {
            problem.drop.push(format!("extra.{}", problem.path));
        }
        return problem;
    }
    if problem.is(&ProblemCode::Missing) {
        let option = best(draft, &path);
        let way = option.map(|option| format!("give `{option}`, or ")).unwrap_or_default();
        let rest = problem.message.strip_prefix("required").unwrap_or_default().to_owned();
        problem.message = format!("required; {way}set the field itself (`-P {path}=…`){rest}");
        problem.give.extend(option.map(str::to_owned));
    } else {
        let fills = |place: &&(Path, &'static str)| place.0.overlaps(&path);
        problem.give.extend(draft.filled().iter().find(fills).map(|(_, option)| (*option).to_owned()));
    }
    problem
}

/// The option to which the field at `path` matters most, of those that would be sent there and were not given.
fn best(draft: &Draft<'_>, path: &Path) -> Option<&'static str> {
    let given = draft.request.options.to_map();
    let mut best: Option<(usize, &'static str)> = None;
    for row in draft.dialect.aliases.canonical(draft.kind) {
        let option = row.option;
        let role = Role::ALL.iter().find(|role| role.as_str() == option);
        let taken = match role {
            // A list or a second field may take another file of the same role.
            Some(_) => false,
            None => given.contains_key(option) || (option == "prompt" && draft.request.prompt.is_some()),
        };
        if taken {
            continue;
        }
        let places = match role {
            Some(_) => draft.places(option).into_iter().map(|spot| spot.path).collect(),
            None => places::targets(option, draft.kind, draft.schema, draft.dialect),
        };
        let sent = places.iter().any(|place| path.leads_to(place));
        let name = path.to_string().replace(".0.", "[].");
        let rank = row.fields.iter().position(|field| field.trim_start_matches(['=', '>']) == name);
        let rank = if option == name { 0 } else { rank.map_or(usize::MAX, |rank| rank + 1) };
        if sent && best.is_none_or(|(other, _)| rank < other) {
            best = Some((rank, option));
        }
    }
    best.map(|(_, option)| option)
}
