//! For tests: what is said through `tracing`.

use std::sync::{Arc, Mutex, Once};

/// Keeps the texts of warnings.
#[derive(Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut heard = self.0.lock().unwrap();
        event.record(
            &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                if field.name() == "message" {
                    heard.push(format!("{value:?}"));
                }
            },
        );
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// What is said when this is done twice over.
pub(crate) fn said(mut deed: impl FnMut(&Once)) -> Vec<String> {
    let subscriber = Heard::default();
    let heard = subscriber.0.clone();
    let once = Once::new();
    tracing::subscriber::with_default(subscriber, || {
        deed(&once);
        deed(&once);
    });
    let heard = heard.lock().unwrap();
    heard.clone()
}
