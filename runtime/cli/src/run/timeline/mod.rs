//! The run as it goes, for whoever watches the terminal.

pub mod screen;
pub mod words;

use self::screen::{Screen, Style};
use super::breaks::Breaks;
use super::journal::Journal;
use super::store::FileStore;
use async_trait::async_trait;
use kanister_engine::{EventKind, EventSink, Observer, PhaseAt, PhaseOutcome, RunEvent};
use kanister_host::capability::log::{Level, Line};
use kanister_host::capability::progress::Progress;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Frames of the sign that something is going on.
const BUSY: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// How often the line that lives is drawn.
pub const FRAME: Duration = Duration::from_millis(100);

/// On a screen that does not live, progress is told this often at most.
const TOLD: Duration = Duration::from_secs(5);

/// Draws a run.
pub struct Timeline {
    screen: Screen,
    store: Arc<FileStore>,
    journal: Journal,
    breaks: Breaks,
    /// Whether lines say which action they are about.
    several: bool,
    begun: Instant,
    running: Mutex<Vec<Running>>,
}

/// A phase that is under way.
struct Running {
    at: PhaseAt,
    since: Instant,
    progress: String,
    told: Instant,
}

impl Timeline {
    /// A timeline of the run that is recorded in `store`.
    pub fn new(screen: Screen, store: Arc<FileStore>, journal: Journal, breaks: Breaks) -> Self {
        let actions = store.record().spec.unwrap_or_default().actions.len();
        Self {
            screen,
            store,
            journal,
            breaks,
            several: actions > 1,
            begun: Instant::now(),
            running: Mutex::default(),
        }
    }

    /// The screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Since when the run is watched.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Draws the line that lives, for as long as it is polled.
    pub async fn live(&self) {
        if !self.screen.is_live() {
            return std::future::pending().await;
        }
        let mut ticks = tokio::time::interval(FRAME);
        for frame in BUSY.iter().cycle() {
            ticks.tick().await;
            self.draw(frame);
        }
    }

    /// Takes the line that lives away.
    pub fn close(&self) {
        self.screen.live("");
    }

    fn draw(&self, frame: &str) {
        let running = self.running();
        let parts: Vec<_> = running
            .iter()
            .map(|it| {
                let time = words::time(it.since.elapsed());
                let name = self.name(&it.at);
                if it.progress.is_empty() {
                    format!("{name}  {time}")
                } else {
                    format!("{name}  {time}  {}", it.progress)
                }
            })
            .collect();
        drop(running);
        if parts.is_empty() {
            self.screen.live("");
        } else {
            let sign = self.screen.paint(Style::Busy, frame);
            self.screen
                .live(&format!("  {sign} {}", parts.join("  |  ")));
        }
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self, at: &PhaseAt) -> String {
        if self.several {
            format!("{}.{}", at.action, at.phase)
        } else {
            at.phase.clone()
        }
    }

    /// The name of a phase in bold, and what it calls.
    fn title(&self, at: &PhaseAt) -> String {
        let name = self.screen.paint(Style::Bold, &self.name(at));
        let last = if at.deferred { ", at the end" } else { "" };
        let function = format!("{}{last}", at.function);
        format!("{name}  {}", self.screen.paint(Style::Dim, &function))
    }

    /// What the record has of the outputs of a phase.
    fn output(&self, at: &PhaseAt) -> Map<String, Value> {
        let status = self.store.record().status.unwrap_or_default();
        let Some(action) = status.actions.get(at.action_index) else {
            return Map::new();
        };
        if at.deferred {
            return action.defer_phase.output.clone();
        }
        let phase = action.phases.iter().find(|phase| phase.name == at.phase);
        phase.map(|phase| phase.output.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl Observer for Timeline {
    async fn before_phase(&self, at: &PhaseAt) {
        self.breaks.pause(at, &self.screen).await;
        if !self.screen.is_live() {
            self.screen.line(&format!("  > {}", self.title(at)));
        }
        let now = Instant::now();
        self.running().push(Running {
            at: at.clone(),
            since: now,
            progress: String::new(),
            told: now,
        });
    }

    fn phase_ended(&self, at: &PhaseAt, outcome: &PhaseOutcome, elapsed: Duration) {
        self.running().retain(|it| it.at != *at);
        let (sign, words) = match outcome {
            PhaseOutcome::Complete => (self.screen.paint(Style::Good, "✔"), words::time(elapsed)),
            PhaseOutcome::Skipped => (
                self.screen.paint(Style::Dim, "-"),
                "skipped: its condition is false".to_owned(),
            ),
            PhaseOutcome::Failed(_) => (
                self.screen.paint(Style::Bad, "✘"),
                format!("failed after {}", words::time(elapsed)),
            ),
        };
        let title = self.title(at);
        self.screen.line(&format!("  {sign} {title}  {words}"));
        if let PhaseOutcome::Failed(why) = outcome {
            // The whole of it stands at the end.
            if let Some(line) = why.lines().next() {
                let line = format!("      {}", words::line(line));
                self.screen.line(&self.screen.paint(Style::Bad, &line));
            }
        }
        for (name, value) in self.output(at) {
            let value = words::value(&value);
            self.screen.line(&format!("      {name} = {value}"));
        }
    }

    fn log(&self, at: &PhaseAt, line: Line) {
        let Line {
            level,
            message,
            fields: _,
        } = line;
        if level < Level::Info {
            return;
        }
        let whose = if self.running().len() > 1 {
            format!("{} ", self.name(at))
        } else {
            String::new()
        };
        for text in message.lines() {
            let text = format!("    │ {whose}{}", words::line(text));
            let style = match level {
                Level::Error | Level::Warn => Style::Bad,
                _ => Style::Dim,
            };
            self.screen.line(&self.screen.paint(style, &text));
        }
    }

    fn progress(&self, at: &PhaseAt, progress: &Progress) {
        let text = words::progress(progress);
        let mut running = self.running();
        let Some(it) = running.iter_mut().find(|it| it.at == *at) else {
            return;
        };
        let changed = it.progress != text;
        it.progress.clone_from(&text);
        if changed && !self.screen.is_live() && it.told.elapsed() >= TOLD {
            it.told = Instant::now();
            drop(running);
            self.screen
                .line(&format!("    . {}: {}", self.name(at), words::line(&text)));
        }
    }
}

impl EventSink for Timeline {
    fn emit(&self, event: RunEvent) {
        self.journal.write(&event);
        let RunEvent {
            kind,
            reason,
            message,
            blueprint: _,
        } = &event;
        // Phases and their failures have lines of their own.
        if *kind == EventKind::Warning && reason == "Retrying Phase" {
            let text = format!("    ! {}; trying again", words::line(message));
            self.screen.line(&self.screen.paint(Style::Bad, &text));
        }
        if reason == "Skipped Action" {
            self.screen.line(&format!("  - {}", words::line(message)));
        }
    }
}
