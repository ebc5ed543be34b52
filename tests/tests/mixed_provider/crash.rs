//! The process ends at each point of a generation; then another engine, another provider and the text of the rows alone.
//! The server counts what was paid.

use crate::far::{Far, KEY};
use libtest_mimic::{Failed, Trial};
use mediagen::{
    core::{ErrorKind, MediaInput, ModelKind, Money, Request, Role, Settings},
    engine::{CRASH_POINTS, Generation, Journal as _, Mediagen, MemoryJournal, Step},
};
use mediagen_testkit::{Harness as _, Scenario, Server};
use std::sync::Arc;

pub(crate) fn trials() -> Vec<Trial> {
    let of = |point: &'static str| {
        Trial::test(format!("a_crash_at_{point}_is_finished_from_the_rows_text"), move || {
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(crash(point))
        })
    };
    CRASH_POINTS.map(of).into()
}

fn engine(server: &Server, journal: &Arc<MemoryJournal>, crash: Option<&'static str>) -> Result<Mediagen, Failed> {
    let settings = Settings::new().with("base_url", server.base().as_str()).with("key", KEY);
    let builder = Mediagen::builder(mediagen::registry()?).context(mediagen::context());
    let builder = builder.journal(Arc::clone(journal) as _).configure("mixed", "mixed", settings).max_cost(1.0);
    // The price is by the second of a machine, which nobody can count before.
    let builder = builder.allow_unknown_cost(true);
    Ok(match crash {
        Some(point) => builder.crash_at(point).build(),
        None => builder.build(),
    })
}

/// Keeping, in a way of one's own: the far end has no files.
async fn keep(made: Generation) -> mediagen::Result<Generation> {
    made.mark_kept(vec!["somewhere.mp4".to_owned()]).await?;
    Ok(made)
}

async fn crash(point: &'static str) -> Result<(), Failed> {
    let (server, journal) = (Server::start().await?, Arc::new(MemoryJournal::new()));
    Far.mount(&server, ModelKind::ImageToVideo, Scenario::Succeeds).await;
    let first = engine(&server, &journal, Some(point))?;
    let endpoint = first.endpoint("mixed:animate", Some(ModelKind::ImageToVideo)).await?;
    let png = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    let request = Request::new().with_prompt(point).with_input(Role::Image, MediaInput::bytes(png, "in.png"));
    let crashed = match first.generate(&endpoint, &request).await {
        Ok(made) => keep(made).await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!(crashed.expect_err("the process ends").message(), format!("crashed at {point}"));
    drop((first, endpoint, request));

    let id = journal.rows()[0];
    let paid = || server.count("POST", "/v1/videos");
    let finished = engine(&server, &journal, None)?.resume(id).await;
    if matches!(point, "intent" | "answered") {
        // It has neither a list of what runs nor a key of a call: a lost answer stays unknown.
        assert_eq!(finished.expect_err("nobody can know").kind(), ErrorKind::SubmitUnknown);
        assert_eq!((journal.read(id).await?.step, paid()), (Step::Unknown, usize::from(point == "answered")));
        return Ok(());
    }
    let made = keep(finished?).await?;
    assert_eq!((paid(), journal.read(id).await?.step, journal.held().0), (1, Step::Kept, 0));
    assert_eq!((made.cost(), made.output().parts.len()), (Some(&Money::usd(0.003)), 1));
    assert_eq!(made.output().inputs.len(), 1);
    Ok(())
}
