//! A provider over HTTP against the suite.

mod carry;

fn main() -> std::process::ExitCode {
    mediagen_testkit::main(carry::Carry)
}
