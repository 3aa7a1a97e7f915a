//! Every hook of callbacks, in its place.

use ml_core::{Error, Result, Tensor};
use ml_nn::{
    Compile, Evaluate, Fit, Model, Predict, Sequential,
    callbacks::{Callback, Run},
    layers::{Dense, IntoLayer},
};

use crate::random;

/// Writes down every call.
#[derive(Default)]
struct Diary {
    lines: Vec<String>,
    /// The hook that fails.
    fails: Option<&'static str>,
}

impl Diary {
    fn note(&mut self, name: &'static str, number: Option<usize>) -> Result<()> {
        self.lines.push(match number {
            Some(number) => format!("{name} {number}"),
            None => name.to_owned(),
        });
        match self.fails == Some(name) {
            true => Err(Error::Empty {
                op: name,
                what: "patience".to_owned(),
                least: "1",
            }),
            false => Ok(()),
        }
    }
}

macro_rules! noted {
    (plain: $($plain:ident),*; numbered: $($numbered:ident),*) => {
        const HOOKS: &[&str] = &[$(stringify!($plain),)* $(stringify!($numbered)),*];

        impl Callback for Diary {
            $(fn $plain(&mut self, _: &mut Run<'_>) -> Result<()> {
                self.note(stringify!($plain), None)
            })*

            $(fn $numbered(&mut self, number: usize, _: &mut Run<'_>) -> Result<()> {
                self.note(stringify!($numbered), Some(number))
            })*
        }
    };
}
noted! {
    plain: on_train_begin, on_train_end, on_test_begin, on_test_end, on_predict_begin, on_predict_end;
    numbered: on_epoch_begin, on_epoch_end, on_epoch_complete, on_train_batch_begin, on_train_batch_end,
        on_train_batch_complete, on_test_batch_begin, on_test_batch_end, on_predict_batch_begin, on_predict_batch_end
}

fn model() -> Result<(Model, Tensor, Tensor)> {
    let mut model = Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
    model.compile(Compile::new("sgd", "mse"))?;
    Ok((model, random(&[3, 2], 1), random(&[3, 1], 2)))
}

/// Training, testing and answering once each, with this callback.
fn lived(diary: &mut Diary) -> Result<()> {
    let (mut model, x, y) = model()?;
    let fit = Fit::new()
        .batch_size(2)
        .validation_data(&x, &y)
        .validation_batch_size(3);
    model.fit(&x, &y, fit.callback(&mut *diary))?;
    model.evaluate_with(&x, &y, Evaluate::new().batch_size(2).callback(&mut *diary))?;
    model.predict_with(&x, Predict::new().batch_size(2).callback(&mut *diary))?;
    Ok(())
}

/// Reproduces the hooks of C10-125 to C10-127.
#[test]
fn all_of_them_are_called_in_order() -> Result<()> {
    let mut diary = Diary::default();
    lived(&mut diary)?;
    let expected = [
        "on_train_begin",
        "on_epoch_begin 0",
        "on_train_batch_begin 0",
        "on_train_batch_end 0",
        "on_train_batch_complete 0",
        "on_train_batch_begin 1",
        "on_train_batch_end 1",
        "on_train_batch_complete 1",
        "on_test_begin",
        "on_test_batch_begin 0",
        "on_test_batch_end 0",
        "on_test_end",
        "on_epoch_end 0",
        "on_epoch_complete 0",
        "on_train_end",
        "on_test_begin",
        "on_test_batch_begin 0",
        "on_test_batch_end 0",
        "on_test_batch_begin 1",
        "on_test_batch_end 1",
        "on_test_end",
        "on_predict_begin",
        "on_predict_batch_begin 0",
        "on_predict_batch_end 0",
        "on_predict_batch_begin 1",
        "on_predict_batch_end 1",
        "on_predict_end",
    ];
    assert_eq!(diary.lines, expected);
    Ok(())
}

#[test]
fn an_error_of_any_hook_ends_the_run_with_it() {
    for &hook in HOOKS {
        let mut diary = Diary {
            fails: Some(hook),
            ..Diary::default()
        };
        let error = lived(&mut diary).unwrap_err().to_string();
        assert_eq!(error, format!("{hook}: patience is empty; at least 1 needed"));
        let last = diary.lines.last().unwrap();
        assert!(last.starts_with(hook), "{hook}: then {last}");
    }
}

/// Several are called one after the other; what the first puts into the logs, the next one sees.
#[test]
fn several_are_called_in_the_order_in_which_they_were_given() -> Result<()> {
    struct Adds;
    impl Callback for Adds {
        fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
            let logs = run.logs_mut().expect("the epoch is over");
            logs.insert("added", epoch as f64);
            Ok(())
        }
    }
    struct Sees(Vec<Option<f64>>);
    impl Callback for Sees {
        fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
            self.0.push(run.logs()?.get("added"));
            Ok(())
        }
    }
    let (mut model, x, y) = model()?;
    let (mut before, mut after) = (Sees(Vec::new()), Sees(Vec::new()));
    let fit = Fit::new().epochs(2);
    let fit = fit.callback(&mut before).callback(Adds).callback(&mut after);
    let history = model.fit(&x, &y, fit)?;
    assert_eq!(
        (before.0, after.0),
        (vec![None, None], vec![Some(0.0), Some(1.0)])
    );
    assert_eq!(history.get("added"), [0.0, 1.0]);
    Ok(())
}
