//! A provider that is mixed: images and speech at once, videos as jobs, its own names for things, an answer that is
//! nothing but an address, revisions, usage in two units, and an upload that gives a file name. It passes the suite with
//! no change to any other crate; bent, it fails every scenario that is there for it.

mod bites;
mod crash;
mod endpoint;
mod far;
mod provider;
mod wire;
mod wire_tests;

use far::Far;
use libtest_mimic::{Arguments, Trial};
use mediagen::core::{ModelEntry, ProviderEntry, Registry};
use mediagen_testkit::Harness;
use provider::{ENTRY, IMAGE_TO_VIDEO, KINDS, TEXT_TO_AUDIO, TEXT_TO_IMAGE};
use std::{process::ExitCode, sync::Arc};

/// It is linked in, and so it is registered; a list of its entries makes the same.
fn a_list_of_its_entries_is_what_is_linked() -> Result<(), libtest_mimic::Failed> {
    static PROVIDERS: [ProviderEntry; 1] = [ENTRY];
    static MODELS: [ModelEntry; 3] = [TEXT_TO_IMAGE, IMAGE_TO_VIDEO, TEXT_TO_AUDIO];
    let linked = mediagen::registry()?;
    let explicit = Registry::from_entries(&PROVIDERS, &MODELS)?;
    let mut kinds = KINDS.to_vec();
    kinds.sort_unstable();
    if linked.kinds("mixed") == kinds && explicit.kinds("mixed") == kinds {
        Ok(())
    } else {
        Err(format!("{:?} linked, {:?} listed", linked.kinds("mixed"), explicit.kinds("mixed")).into())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let harness: Arc<dyn Harness> = Arc::new(Far);
    let suite = mediagen_testkit::trials(&harness);
    let mut trials =
        suite.unwrap_or_else(|problem| vec![Trial::test("conformance::setup", move || Err(problem.into()))]);
    trials.push(Trial::test("a_list_of_its_entries_is_what_is_linked", a_list_of_its_entries_is_what_is_linked));
    trials.extend(wire_tests::trials());
    trials.extend(crash::trials());
    trials.extend(bites::trials(&harness));
    libtest_mimic::run(&arguments, trials).exit_code()
}
