//! Graphs and variables on several threads: how many operations run at a time, on how many threads each, and that
//! nothing is done twice or lost.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ml_core::{
    DType, Result, Tensor,
    autodiff::Variable,
    graph::{Function, RunOptions, host_function},
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

use crate::reference::says;

/// Where operations of a test meet: how many have come, how many are there, how many were there at once.
#[derive(Default)]
struct Place {
    come: usize,
    inside: usize,
    most: usize,
    threads: Vec<usize>,
}

static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());
static COME: Condvar = Condvar::new();

/// A new place to meet, and its number.
fn place() -> usize {
    let mut places = PLACES.lock().unwrap();
    places.push(Place::default());
    places.len() - 1
}

/// Passes its operand on after it has waited for another such operation to be there at the same time, but not for
/// ever.
#[derive(Debug, Serialize, Deserialize)]
struct Meeting {
    place: usize,
    number: usize,
}

#[ml_core::typetag::serde(name = "test_meeting")]
impl Primitive for Meeting {
    fn name(&self) -> &'static str {
        "meeting"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(inputs.iter().cloned().collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        const PATIENCE: Duration = Duration::from_millis(500);
        let mut places = PLACES.lock().unwrap();
        let place = &mut places[self.place];
        place.come += 1;
        place.inside += 1;
        place.most = place.most.max(place.inside);
        place.threads.push(rayon::current_num_threads());
        COME.notify_all();
        // Where one runs after the other, two are enough to see it.
        if place.most < 2 && place.come <= 2 {
            let alone = |places: &mut Vec<Place>| places[self.place].most < 2;
            places = COME.wait_timeout_while(places, PATIENCE, alone).unwrap().0;
        }
        places[self.place].inside -= 1;
        Ok(Arrays::from_elem(inputs[0].clone(), 1))
    }

    fn vjp(&self, _: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(gradients.iter().cloned().collect())
    }
}

/// Four branches of two meetings each; gives what happened at their place.
fn meet(options: RunOptions) -> Result<Place> {
    let place = place();
    let f = Function::unary("meet", move |x| {
        let branch = |number: usize| {
            let first = apply(Meeting { place, number }, &[x])?;
            apply(
                Meeting {
                    place,
                    number: number + 4,
                },
                &[&first],
            )
        };
        let branches = (0..4).map(branch).collect::<Result<Vec<_>>>()?;
        Tensor::add_n(&branches.iter().collect::<Vec<_>>())
    })
    .options(options);
    assert_eq!(f.apply(&[&Tensor::from(1.5)])?.item::<f64>()?, 6.0);
    Ok(std::mem::take(&mut PLACES.lock().unwrap()[place]))
}

/// C19-109, C19-113, C19-115.
#[test]
fn as_many_operations_run_at_a_time_as_asked_on_as_many_threads_each() -> Result<()> {
    // Operations at a time, threads for each, and the threads that an operation then finds.
    let options = [
        (Some(2), None, 2),
        (Some(2), Some(1), 1),
        (Some(2), Some(3), 3),
        (Some(3), Some(1), 1),
        (Some(1), Some(1), 1),
        (Some(1), Some(3), 3),
        (None, Some(2), 2),
    ];
    for (inter_op, intra_op, threads) in options {
        let met = meet(RunOptions { inter_op, intra_op })?;
        assert_eq!(
            met.come, 8,
            "each operation runs once: {inter_op:?}, {intra_op:?}"
        );
        let most = inter_op.unwrap_or(1);
        assert!(
            (most.min(2)..=most).contains(&met.most),
            "{} at a time with {inter_op:?}, {intra_op:?}",
            met.most
        );
        assert!(
            met.threads.iter().all(|&found| found == threads),
            "{:?} threads with {inter_op:?}, {intra_op:?}",
            met.threads
        );
    }
    Ok(())
}

#[test]
fn a_graph_inside_an_operation_does_not_wait_for_those_who_wait_for_it() -> Result<()> {
    let options = RunOptions::default().inter_op(2).intra_op(1);
    let inner = Arc::new(
        Function::unary("inner", |x| Tensor::add_n(&[&x.exp()?, &x.square()?, &x.neg()?])).options(options),
    );
    let outer = Function::unary("outer", move |x| {
        let call = || {
            let inner = Arc::clone(&inner);
            let body = move |x: &[Tensor]| Ok(vec![inner.apply(&[&x[0]])?]);
            Ok(host_function(&[x.spec()], body, &[x])?.remove(0))
        };
        let calls = (0..6).map(|_| call()).collect::<Result<Vec<_>>>()?;
        Tensor::add_n(&calls.iter().collect::<Vec<_>>())
    })
    .options(options);
    for _ in 0..20 {
        assert_eq!(outer.apply(&[&Tensor::from(0.0)])?.item::<f64>()?, 6.0);
    }
    Ok(())
}

#[test]
fn what_fails_or_panics_on_a_worker_arrives_at_the_caller() -> Result<()> {
    let options = RunOptions::default().inter_op(2).intra_op(1);
    let spec = [Spec::new(DType::F64, [])];
    let calling = |name: &str, body: fn(&[Tensor]) -> Result<Vec<Tensor>>| {
        let spec = spec.clone();
        Function::unary(name, move |x| host_function(&spec, body, &[x])?.remove(0).add(x)).options(options)
    };
    let failing = calling("failing", |x| Ok(vec![x[0].reshape(&[3])?]));
    says(
        failing.apply(&[&Tensor::from(1.0)]),
        "operation \"host_function\" failed",
    );
    let panicking = calling("panicking", |_| panic!("the host gave up"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        panicking.apply(&[&Tensor::from(1.0)])
    }));
    let text = caught.unwrap_err();
    assert_eq!(text.downcast_ref::<&str>(), Some(&"the host gave up"));
    // The workers live on.
    let sound = Function::unary("sound", |x| x.exp()?.add(&x.neg()?)).options(options);
    assert_eq!(sound.apply(&[&Tensor::from(0.0)])?.item::<f64>()?, 1.0);
    let many = Function::unary("f", |x| x.neg()).options(RunOptions::default().inter_op(64).intra_op(32));
    says(
        many.apply(&[&Tensor::from(1.0)]),
        "inter_op times intra_op = 2048: must be 1 to 1024 threads",
    );
    Ok(())
}

#[test]
fn threads_with_one_new_signature_trace_it_once() -> Result<()> {
    for _ in 0..20 {
        let f = Function::unary("f", |x| {
            std::thread::sleep(Duration::from_millis(2));
            x.exp()
        });
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (f, start) = (&f, &start);
                scope.spawn(move || {
                    start.wait();
                    // Every other thread asks for the graph, the others call it.
                    if thread % 2 == 0 {
                        f.concrete(&[Spec::new(DType::F64, [])]).unwrap();
                    } else {
                        assert_eq!(
                            f.apply(&[&Tensor::from(0.0)]).unwrap().item::<f64>().unwrap(),
                            1.0
                        );
                    }
                });
            }
        });
        assert_eq!((f.trace_count(), f.traced().len()), (1, 1));
    }
    Ok(())
}

#[test]
fn updates_from_many_threads_all_count() -> Result<()> {
    const ROUNDS: i64 = 500;
    let v = Variable::new([0i64, 0, 0]);
    let rows = Variable::new([[0i64], [0]]);
    std::thread::scope(|scope| {
        for thread in 0..4i64 {
            let (v, rows) = (&v, &rows);
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    v.assign_add(&Tensor::from([1i64, 2, 0])).unwrap();
                    v.assign_sub(&Tensor::from(1i64)).unwrap();
                    v.slice(&ml_core::at![2]).assign_add(thread).unwrap();
                    rows.scatter_add(&Tensor::from([1i64]), &Tensor::from([[1i64]]))
                        .unwrap();
                }
            });
        }
    });
    let all = 4 * ROUNDS;
    // The third element: less one each time, and 0 + 1 + 2 + 3 for each round.
    assert_eq!(v.value().to_vec::<i64>()?, [0, all, 6 * ROUNDS - all]);
    assert_eq!(rows.value().to_vec::<i64>()?, [0, all]);
    Ok(())
}

/// Runs that are counted, so that a test can tell how often its host code ran.
#[test]
fn a_function_is_called_by_many_threads_with_counted_workers() -> Result<()> {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let f = Function::unary("f", move |x| {
        let runs = Arc::clone(&counted);
        let count = move |x: &[Tensor]| {
            runs.fetch_add(1, Ordering::Relaxed);
            Ok(vec![x[0].clone()])
        };
        let same = host_function(&[x.spec()], count, &[x])?.remove(0);
        same.exp()?.mul(&x.neg()?.exp()?)
    })
    .options(RunOptions::default().inter_op(2).intra_op(2));
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let f = &f;
            scope.spawn(move || {
                for round in 0..30 {
                    let x = Tensor::from(f64::from(thread * 30 + round) / 100.0);
                    let one = f.apply(&[&x]).unwrap().item::<f64>().unwrap();
                    assert!((one - 1.0).abs() < 1e-12);
                }
            });
        }
    });
    assert_eq!(runs.load(Ordering::Relaxed), 180);
    Ok(())
}
