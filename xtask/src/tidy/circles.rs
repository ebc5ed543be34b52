//! No crate has a large circle of files that import each other: what is tied together so can only be read as a whole.
//!
//! An import is a path that starts with `crate`, `super`, `self` or the name of a child module. It leads to the file of
//! the deepest module that it names, and on to where that module has the name from, when it only hands it on. Tests do
//! not count: they may see everything.

use super::{files, shown};
use crate::steps::root;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The most files that may import each other in a circle.
const MOST: usize = 6;

/// The contracts name each other on purpose: an error carries the ticket of a job, and a job reports errors. They are one
/// thing in many small files.
const CONTRACTS: &str = "core";

/// How many files may hand a name on before it is taken to stay.
const HOPS: usize = 4;

/// A module by its names from the crate's root down.
type Module = Vec<String>;

/// A path as it stands in a file, and the name under which the file knows what it leads to.
#[derive(Debug, Clone, PartialEq)]
struct Import {
    path: Vec<String>,
    known_as: String,
}

/// The modules of one crate: the file of each, its paths, and the modules that they lead to.
#[derive(Debug, Default)]
struct House {
    files: BTreeMap<Module, PathBuf>,
    uses: BTreeMap<Module, Vec<Import>>,
    imports: BTreeMap<Module, BTreeSet<Module>>,
}

impl House {
    fn read(source: &Path) -> Self {
        let mut house = Self::default();
        for path in files(source, &[".rs"]).into_iter().filter(|path| !super::words::is_test(path)) {
            let module = module(path.strip_prefix(source).expect("a file of the crate"));
            let text = std::fs::read_to_string(&path).expect("a source file");
            house.uses.insert(module.clone(), imports(&tokens(&text)));
            house.files.insert(module, path);
        }
        for (module, uses) in &house.uses {
            let targets = uses.iter().filter_map(|import| house.target(module, &import.path, HOPS));
            let imports = targets.filter(|target| target != module).collect();
            house.imports.insert(module.clone(), imports);
        }
        house
    }

    /// The module that `path`, written in `from`, leads to; it may be handed on so many times on the way.
    fn target(&self, from: &Module, path: &[String], hops: usize) -> Option<Module> {
        let (mut at, mut rest) = self.start(from, path)?;
        while let Some((name, further)) = rest.split_first() {
            at.push(name.clone());
            if !self.files.contains_key(&at) {
                at.pop();
                break;
            }
            rest = further;
        }
        let handed_on = |import: &&Import| import.path.len() > 1 && Some(&import.known_as) == rest.first();
        let handed_on = self.uses[&at].iter().find(handed_on).filter(|_| hops > 0 && at != *from);
        handed_on.and_then(|import| self.target(&at, &import.path, hops - 1)).or(Some(at))
    }

    /// Where a path written in `from` starts, and what of it is left.
    fn start<'p>(&self, from: &Module, path: &'p [String]) -> Option<(Module, &'p [String])> {
        let (first, mut rest) = path.split_first()?;
        let mut at = from.clone();
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                at.pop();
                while let Some(further) = rest.strip_prefix(&["super".to_owned()]) {
                    at.pop();
                    rest = further;
                }
            }
            child => at.push(child.to_owned()),
        }
        self.files.contains_key(&at).then_some((at, rest))
    }

    /// Every module that can be reached from `start` over imports.
    fn reached(&self, start: &Module) -> BTreeSet<&Module> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = self.imports.get(start).into_iter().flatten().collect();
        while let Some(module) = open.pop() {
            if reached.insert(module) {
                open.extend(self.imports.get(module).into_iter().flatten());
            }
        }
        reached
    }

    /// The files of each circle of imports, the largest circle first.
    fn circles(&self) -> Vec<Vec<String>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = self.files.keys().map(|m| (m, self.reached(m))).collect();
        let together = |a: &Module, b: &Module| reached[a].contains(b) && reached[b].contains(a);
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for module in self.files.keys() {
            let circle: Vec<&Module> = self.files.keys().filter(|other| together(module, other)).collect();
            if seen.is_disjoint(&circle.iter().copied().collect()) && !circle.is_empty() {
                circles.push(circle.iter().map(|module| shown(&self.files[*module])).collect());
            }
            seen.extend(circle);
        }
        circles.sort_by_key(|circle: &Vec<String>| std::cmp::Reverse(circle.len()));
        circles
    }
}

/// The module that a file below `src` is.
fn module(file: &Path) -> Module {
    let mut names: Module = file.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

/// The words and signs of a source file, without comments, texts and what stands under `#[cfg(test)]`.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = quoted(rest) {
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            end
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    without_tests(&tokens)
}

/// How long the text or character literal is that `rest` begins with.
fn quoted(rest: &str) -> Option<usize> {
    if let Some(raw) = rest.strip_prefix('r').map(|raw| raw.trim_start_matches('#')).filter(|raw| raw.starts_with('"'))
    {
        let hashes = rest.len() - raw.len() - 1;
        let end = format!("\"{}", "#".repeat(hashes));
        return raw[1..].find(&end).map(|place| rest.len() - raw.len() + 1 + place + end.len());
    }
    if rest.starts_with("'\\") {
        return rest[3..].find('\'').map(|place| place + 4);
    }
    if rest.starts_with('\'') {
        let mut letters = rest.char_indices().skip(2);
        return letters.next().filter(|(_, letter)| *letter == '\'').map(|(place, _)| place + 1);
    }
    if !rest.starts_with('"') {
        return None;
    }
    let mut escaped = false;
    for (place, letter) in rest.char_indices().skip(1) {
        if letter == '"' && !escaped {
            return Some(place + 1);
        }
        escaped = letter == '\\' && !escaped;
    }
    None
}

/// Drops each item that follows `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        if tokens[place..].iter().map(String::as_str).take(MARK.len()).eq(MARK) {
            place = end_of_item(tokens, place + MARK.len());
        } else {
            kept.push(tokens[place].clone());
            place += 1;
        }
    }
    kept
}

/// The place after the item that begins at `start`: after its `;` or its closing brace.
fn end_of_item(tokens: &[String], start: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth <= 1 => return place + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return place + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Every path of the file, those inside the braces of a `use` written out.
fn imports(tokens: &[String]) -> Vec<Import> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        // `pub(in super::super)` says who may see an item and imports nothing.
        let visibility = place >= 2 && tokens[place - 1] == "in" && tokens[place - 2] == "(";
        let starts = word(&tokens[place]) && tokens.get(place + 1).is_some_and(|next| next == "::") && !visibility;
        place = if starts { import(tokens, place, &[], &mut found) } else { place + 1 };
    }
    found
}

fn word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads the path (or the tree of paths) at `place`, puts it behind `before`, and returns the place after it.
fn import(tokens: &[String], mut place: usize, before: &[String], found: &mut Vec<Import>) -> usize {
    let token = |place: usize| tokens.get(place).map_or("", String::as_str);
    let mut path = before.to_vec();
    while word(token(place)) {
        // `a::{self}` means `a`.
        if token(place) != "self" || path.is_empty() {
            path.push(token(place).to_owned());
        }
        place += 1;
        if token(place) != "::" {
            break;
        }
        place += 1;
    }
    if token(place) == "{" && token(place - 1) == "::" {
        place += 1;
        while !matches!(token(place), "}" | "") {
            place = if word(token(place)) { import(tokens, place, &path, found) } else { place + 1 };
        }
        return place + 1;
    }
    let alias = token(place) == "as";
    let known_as = if alias { token(place + 1) } else { path.last().map_or("", String::as_str) }.to_owned();
    found.push(Import { path, known_as });
    if alias { place + 2 } else { place }
}

fn crates() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("crates")).expect("crates").flatten();
    let due = folders.filter(|folder| folder.file_name() != CONTRACTS);
    let mut found: Vec<PathBuf> = due.map(|folder| folder.path().join("src")).filter(|src| src.is_dir()).collect();
    found.push(root().join("xtask/src"));
    found.sort();
    found
}

#[test]
fn no_circle_of_imports_has_more_files_than_a_reader_can_hold() {
    let mut large = Vec::new();
    for source in crates() {
        for circle in House::read(&source).circles().into_iter().filter(|circle| circle.len() > MOST) {
            large.push((circle.len(), circle));
        }
    }
    assert!(large.is_empty(), "untie these circles of more than {MOST} files: {large:#?}");
}

#[test]
fn a_circle_is_found_through_every_way_of_writing_an_import() {
    let folder = root().join("target/tidy-circles");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    file("lib.rs", "mod a;\nmod b;\nmod apart;\npub use b::Thing as Other;\n");
    file("a.rs", "use crate::{apart, b::{self}, Other};\n#[cfg(test)]\nmod tests { use crate::lonely; }\n");
    file("b/mod.rs", "mod deep;\npub use deep::Thing;\nfn f() { deep::g('\"', \"crate::apart\") }\n// crate::apart\n");
    file("b/deep.rs", "pub fn g() { super::super::a::h(r#\"\"crate::apart\"#) }\n");
    file("apart.rs", "pub(in crate::a) fn lonely() {}\n");
    let circles = House::read(&folder).circles();
    let names = ["a.rs", "b/mod.rs", "b/deep.rs"].map(|name| shown(&folder.join(name)));
    assert_eq!(circles.len(), 1, "{circles:#?}");
    assert_eq!(circles[0].iter().cloned().collect::<BTreeSet<_>>(), BTreeSet::from(names));
}
