//! The key is in no output, at any level, in any outcome.

use crate::{KEY, Rig};
use mediagen_emulator::fal::{Fault, JobFault, Route};
use serde_json::json;

#[test]
fn a_014_the_key_is_in_no_output_at_any_level() {
    let rig = Rig::new();
    let runs: [&dyn Fn(); 6] = [
        &|| (),
        &|| rig.emulator.fail(Route::Submit, Fault::DropBeforeAnswer, 1),
        &|| rig.emulator.fail(Route::Submit, Fault::Status(401, json!({"detail": KEY})), 1),
        &|| rig.emulator.fail(Route::Result, Fault::NginxHtml(502), 50),
        &|| rig.emulator.fail(Route::Download, Fault::Status(500, json!({"detail": "x"})), 50),
        &|| {
            let fault = JobFault::Model { status: 422, body: json!({"detail": "bad"}), retryable: false };
            rig.emulator.fail_jobs(&fault, 1);
        },
    ];
    for script in runs {
        rig.emulator.clear_faults();
        script();
        let arguments = ["generate", "fal-ai/flux/dev", "x", "--size", "256x256", "-vv", "--timeout", "20"];
        for arguments in [&arguments[..], &[&arguments[..], &["--json"]].concat()] {
            let ran = rig.run(arguments);
            for text in [&ran.out, &ran.err] {
                for secret in [KEY, "test-secret-9a7b"] {
                    assert!(!text.contains(secret), "the key leaked:\n{text}");
                }
            }
        }
    }
    let ran = rig.run(&["doctor", "-vv"]);
    assert!(!ran.out.contains("test-secret") && !ran.err.contains("test-secret"));
}
