//! The fake against the suite.

fn main() -> std::process::ExitCode {
    mediagen_testkit::main(mediagen_testkit::fake::FakeHarness::default())
}
