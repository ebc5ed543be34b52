//! How long mapping takes.

fn main() {
    divan::main();
}
