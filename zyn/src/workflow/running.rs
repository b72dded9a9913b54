//! A step that has started and must be told of when it ends, however it ends.

use tokio::time::Instant;

use super::cx::Cx;
use super::place::At;
use super::report::StepReport;
use crate::clock;
use crate::llm::Llm;
use crate::llm::attempt::Log;

/// A started step. Dropped before it ends, it was cut off, and its report says so.
pub(super) struct Running<'a, 'wf> {
    cx: &'a Cx<'wf>,
    at: &'a At,
    start: Instant,
    /// Who is asked, and what that came to.
    asked: Option<(Llm, Log)>,
    ended: bool,
}

impl<'wf> Cx<'wf> {
    pub(super) fn start<'a>(&'a self, at: &'a At) -> Running<'a, 'wf> {
        self.started(at);
        Running {
            cx: self,
            at,
            start: clock::now(),
            asked: None,
            ended: false,
        }
    }
}

impl Running<'_, '_> {
    /// Where what is asked, of `llm` at first, is to be noted.
    pub(super) fn log(&mut self, llm: &Llm) -> Log {
        let log = Log::default();
        self.asked = Some((llm.clone(), log.clone()));
        log
    }

    /// Tells that it has ended.
    pub(super) fn end(mut self, report: StepReport) {
        self.ended = true;
        let elapsed = clock::now() - self.start;
        self.cx.finished(StepReport { elapsed, ..report });
    }
}

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        // a listener that panics while a panic goes on would end the program
        if self.ended || std::thread::panicking() {
            return;
        }
        let report =
            StepReport::unasked(self.at, Some("it was cut off before it ended".to_owned()));
        let elapsed = clock::now() - self.start;
        let report = StepReport { elapsed, ..report };
        self.cx.finished(match &self.asked {
            Some((llm, log)) => report.cut_off(llm, log.so_far()),
            None => report,
        });
    }
}
