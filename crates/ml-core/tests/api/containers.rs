//! Tensor arrays, sets and queues: the book's numbers, laws, threads, mistakes.

use std::{
    collections::BTreeSet,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ml_core::{
    DType, Result, Shape, Tensor,
    autodiff::Tape,
    graph::Function,
    ops::Spec,
    structures::{
        SparseTensor, TensorArray,
        queue::{Component, Queue, Record},
        sets,
    },
    tensor::Text,
};
use proptest::prelude::*;

/// Longer than any test may wait: reached only by a deadlock, which then is an error rather than a hanging test.
const BOUND: Duration = Duration::from_secs(20);
/// Long enough for another thread to get where it waits.
const MOMENT: Duration = Duration::from_millis(30);

fn says<T: std::fmt::Debug>(result: Result<T>, text: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(text), "{error:?} does not say {text:?}");
}

/// Reproduces NF-05: XF-030 to XF-033.
#[test]
fn an_element_that_was_read_leaves_zeros() -> Result<()> {
    let mut array = TensorArray::new(DType::F64, 3);
    for (i, row) in [[1.0, 2.0], [3.0, 10.0], [5.0, 7.0]].into_iter().enumerate() {
        array = array.write(i, &Tensor::from(row))?;
    }
    assert_eq!(array.read(1)?.to_vec::<f64>()?, [3.0, 10.0]);
    let stacked = array.stack()?;
    assert_eq!(
        (stacked.shape().to_vec(), stacked.to_vec::<f64>()?),
        (vec![3, 2], vec![1.0, 2.0, 0.0, 0.0, 5.0, 7.0])
    );
    assert_eq!(array.read(1)?.to_vec::<f64>()?, [0.0, 0.0]);
    let mut kept = array.keep_read(true);
    assert_eq!(
        [kept.read(2)?.to_vec::<f64>()?, kept.read(2)?.to_vec::<f64>()?],
        [[5.0, 7.0], [5.0, 7.0]]
    );
    Ok(())
}

/// XF-034, XF-035.
#[test]
fn size_type_and_shape_are_kept() -> Result<()> {
    let array = TensorArray::new(DType::I32, 1);
    says(
        array.clone().write(1, &Tensor::from(5)),
        "TensorArray write: index 1 is out of range for axis 0 of length 1",
    );
    says(
        array.clone().write(0, &Tensor::from(5.0)),
        "cannot mix i32 with f64",
    );
    says(
        array.stack(),
        "the list of 1 elements, none of them written, is empty",
    );
    says(TensorArray::new(DType::I32, 0).concat(), "the list of 0 elements");
    says(array.clone().read(3), "index 3 is out of range");
    let grown = array.dynamic_size(true).write(2, &Tensor::from([5, 6]))?;
    assert_eq!(grown.stack()?.to_vec::<i32>()?, [0, 0, 0, 0, 5, 6]);
    assert_eq!(
        (grown.len(), grown.shape().map(|s| s.to_vec())),
        (3, Some(vec![2]))
    );
    says(
        grown.clone().write(0, &Tensor::from([1])),
        "cannot combine shape [2] with [1]; all elements have the shape of the first one written",
    );
    says(
        grown.clone().write(usize::MAX, &Tensor::from([1, 2])),
        "more elements than memory can hold",
    );
    let shaped = TensorArray::new(DType::I32, 2).element_shape([1])?;
    assert_eq!(shaped.stack()?.to_vec::<i32>()?, [0, 0]);
    says(grown.element_shape([3]), "cannot combine shape [2] with [3]");
    says(
        TensorArray::unstack(&Tensor::from(1)),
        "a first axis of known length is needed",
    );
    says(
        TensorArray::new(DType::I32, 2).scatter(&[0], &Tensor::from([1, 2])),
        "the list of indices has 1 rows",
    );
    Ok(())
}

#[test]
fn gradients_flow_through_lists() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
    let mut array = TensorArray::unstack(&x)?;
    let gradient = |y: &Tensor| tape.gradient(y, &[&x])?[0].as_ref().unwrap().to_vec::<f64>();
    assert_eq!(gradient(&array.stack()?.square()?)?, [2.0, 4.0, 6.0]);
    assert_eq!(gradient(&array.gather(&[2, 2, 0])?.square()?)?, [2.0, 0.0, 12.0]);
    assert_eq!(gradient(&array.read(1)?.square()?)?, [0.0, 4.0, 0.0]);
    assert_eq!(gradient(&array.stack()?.square()?)?, [2.0, 0.0, 6.0]);
    let scattered = TensorArray::new(DType::F64, 4).scatter(&[3, 0, 1], &x)?.stack()?;
    assert_eq!(
        gradient(&scattered.mul(&Tensor::from([1.0, 10.0, 100.0, 1000.0]))?)?,
        [1000.0, 1.0, 10.0]
    );
    Ok(())
}

#[test]
fn a_loop_collects_its_steps_inside_a_graph() -> Result<()> {
    let powers = Function::new("powers", |x| {
        let (mut array, mut power) = (TensorArray::new(x[0].dtype(), 3), x[0].clone());
        for step in 0..3 {
            array = array.write(step, &power)?;
            power = power.mul(&x[0])?;
        }
        Ok(vec![array.stack()?, array.concat()?])
    });
    let results = powers.call(&[&Tensor::from([2.0, 3.0])])?;
    assert_eq!(results[0].shape().to_vec(), [3, 2]);
    assert_eq!(results[1].to_vec::<f64>()?, [2.0, 3.0, 4.0, 9.0, 8.0, 27.0]);
    Ok(())
}

/// Reproduces NF-06: XF-040 to XF-044.
#[test]
fn unions_are_sorted_and_padding_counts() -> Result<()> {
    let single = sets::union(&Tensor::from([[1, 5, 9]]), &Tensor::from([[5, 6, 9, 11]]))?;
    assert_eq!(
        (single.dense_shape().to_vec(), single.to_dense()?.to_vec::<i32>()?),
        (vec![1, 5], vec![1, 5, 6, 9, 11])
    );
    let (a, b) = (
        Tensor::from([[1, 5, 9], [10, 0, 0]]),
        Tensor::from([[5, 6, 9, 11], [13, 0, 0, 0]]),
    );
    let both = sets::union(&a, &b)?;
    assert_eq!(
        both.to_dense()?.to_vec::<i32>()?,
        [1, 5, 6, 9, 11, 0, 10, 13, 0, 0]
    );
    assert_eq!(
        both.to_dense_with(-1)?.to_vec::<i32>()?,
        [1, 5, 6, 9, 11, 0, 10, 13, -1, -1]
    );
    Ok(())
}

/// XF-045, XF-046.
#[test]
fn strings_sparse_sets_and_the_other_operations() -> Result<()> {
    let words = |rows: [[&str; 2]; 2]| Tensor::from(rows.map(|row| row.map(Text::from)));
    let (a, b) = (words([["b", "a"], ["c", ""]]), words([["a", "d"], ["", ""]]));
    let union = sets::union(&a, &b)?;
    assert_eq!(
        union.to_dense()?.to_vec::<Text>()?,
        ["a", "b", "d", "", "c", ""].map(Text::from)
    );
    assert_eq!(union.to_dense_with("-")?.to_vec::<Text>()?[5], Text::from("-"));
    let difference = sets::difference(&a, &b)?;
    assert_eq!(
        difference.to_dense()?.to_vec::<Text>()?,
        ["b", "c"].map(Text::from)
    );
    // Without padding: {3} and {}, beside {3, 4} and {5}.
    let sparse = SparseTensor::new([[0, 2]], [3], [2, 4])?;
    let dense = Tensor::from([[3, 4], [5, 5]]);
    assert_eq!(
        sets::intersection(&sparse, &dense)?.to_dense()?.to_vec::<i32>()?,
        [3, 0]
    );
    assert_eq!(sets::size(&sparse)?.to_vec::<i32>()?, [1, 0]);
    assert_eq!(sets::size(&dense)?.to_vec::<i32>()?, [2, 1]);
    assert_eq!(sets::union(&sparse, &sparse)?.indices().to_vec::<i64>()?, [0, 0]);
    let deep = Tensor::from([[[1, 2], [3, 3]], [[4, 5], [6, 7]]]);
    assert_eq!(sets::size(&deep)?.to_vec::<i32>()?, [2, 1, 2, 2]);
    assert_eq!(sets::difference(&deep, &deep)?.dense_shape().to_vec(), [2, 2, 0]);
    Ok(())
}

#[test]
fn what_is_no_set_is_refused() {
    let ints = Tensor::from([[1, 2]]);
    says(
        sets::union(&Tensor::from([[0.5]]), &Tensor::from([[0.5]])),
        "sets::union: got elements of type f64, but needs an integer type or string: sets of floats have no exact",
    );
    says(
        sets::union(&ints, &Tensor::from([[1i64]])),
        "cannot mix i32 with i64",
    );
    says(sets::size(&Tensor::from([1, 2])), "a single set is [[...]]");
    says(
        sets::intersection(&ints, &Tensor::from([[1], [2]])),
        "cannot combine shape [1] with [2]; all axes but the last",
    );
    let f = Function::new("f", |x| Ok(vec![sets::size(&x[0])?]));
    says(f.call(&[&ints]), "values exist only when the graph runs");
}

fn pair() -> Queue {
    Queue::fifo(3, [Spec::new(DType::I32, []), Spec::new(DType::Str, [])])
        .unwrap()
        .with_timeout(BOUND)
}

fn numbers(record: &Record) -> Vec<i32> {
    record[0].to_vec().unwrap()
}

/// Reproduces NF-07: XF-051 to XF-053.
#[test]
fn the_books_queue_gives_back_in_order() -> Result<()> {
    let q = pair();
    q.enqueue(&[Tensor::from(10), Tensor::from("windy")])?;
    q.enqueue(&[Tensor::from(15), Tensor::from("sunny")])?;
    assert_eq!(q.size(), 2);
    let first = q.dequeue()?;
    assert_eq!(
        (first[0].item::<i32>()?, first[1].item::<Text>()?),
        (10, Text::from("windy"))
    );
    q.enqueue_many(&[Tensor::from([13, 16]), Tensor::from(["cloudy", "rainy"])])?;
    let batch = q.dequeue_many(3)?;
    assert_eq!(numbers(&batch), [15, 13, 16]);
    assert_eq!(
        batch[1].to_vec::<Text>()?,
        ["sunny", "cloudy", "rainy"].map(Text::from)
    );
    Ok(())
}

/// XF-054.
#[test]
fn records_of_different_shapes_are_padded_in_batches() -> Result<()> {
    let any = Shape::UNKNOWN;
    let q = Queue::padding_fifo(5, [Spec::new(DType::I32, [any, 2]), Spec::new(DType::Str, [])])?;
    q.enqueue(&[Tensor::from([[1, 2]]), Tensor::from("a")])?;
    q.enqueue(&[Tensor::from([[3, 4], [5, 6]]), Tensor::from("b")])?;
    let batch = q.dequeue_many(2)?;
    assert_eq!(batch[0].shape().to_vec(), [2, 2, 2]);
    assert_eq!(numbers(&batch), [1, 2, 0, 0, 3, 4, 5, 6]);
    says(
        q.enqueue(&[Tensor::from([[1, 2, 3]]), Tensor::from("c")]),
        "the component must have the shape",
    );
    let words = Queue::padding_fifo(5, [Spec::new(DType::Str, [any])])?;
    words.enqueue(&[Tensor::from(["x", "y"])])?;
    words.enqueue(&[Tensor::from(["z"])])?;
    assert_eq!(
        words.dequeue_many(2)?[0].to_vec::<Text>()?,
        ["x", "y", "z", ""].map(Text::from)
    );
    Ok(())
}

/// XF-055.
#[test]
fn the_lowest_priority_leaves_first_and_ties_keep_their_order() -> Result<()> {
    let q = Queue::priority(9, [Spec::new(DType::Str, [])])?;
    for (priority, name) in [(5i64, "c"), (-3, "a"), (5, "d"), (i64::MAX, "e"), (0, "b")] {
        q.enqueue(&[Tensor::from(priority), Tensor::from(name)])?;
    }
    let batch = q.dequeue_many(5)?;
    assert_eq!(batch[0].to_vec::<i64>()?, [-3, 0, 5, 5, i64::MAX]);
    assert_eq!(
        batch[1].to_vec::<Text>()?,
        ["a", "b", "c", "d", "e"].map(Text::from)
    );
    says(
        q.enqueue(&[Tensor::from(1), Tensor::from("x")]),
        "cannot mix i64 with i32",
    );
    Ok(())
}

/// XF-056.
#[test]
fn a_shuffle_queue_keeps_enough_to_choose_from() -> Result<()> {
    let run = |seed| -> Result<Vec<i32>> {
        let q = Queue::random_shuffle(20, 5, [Spec::new(DType::I32, [])], seed)?;
        q.enqueue_many(&[Tensor::from((0..20).collect::<Vec<i32>>())])?;
        let mut order = numbers(&q.dequeue_many(15)?);
        says(
            q.with_timeout(MOMENT).dequeue(),
            "the random shuffle queue of capacity 20 was without enough records",
        );
        q.close();
        order.extend(numbers(&q.dequeue_up_to(10)?));
        Ok(order)
    };
    let order = run(7)?;
    assert_eq!(order, run(7)?);
    assert_ne!(order, run(8)?);
    assert_ne!(order, (0..20).collect::<Vec<_>>());
    assert_eq!(order.into_iter().collect::<BTreeSet<_>>(), (0..20).collect());
    Ok(())
}

/// XF-057: `enqueue` on a full queue.
#[test]
fn a_full_queue_blocks_until_another_thread_takes() -> Result<()> {
    let q = Queue::fifo(1, [DType::I32])?.with_timeout(BOUND);
    q.enqueue(&[Tensor::from(1)])?;
    let (done, came) = mpsc::channel();
    let writer = q.clone();
    let thread = thread::spawn(move || {
        let outcome = writer.enqueue(&[Tensor::from(2)]);
        done.send(()).unwrap();
        outcome
    });
    assert!(came.recv_timeout(MOMENT).is_err(), "it did not block");
    assert_eq!(q.dequeue()?[0].item::<i32>()?, 1);
    came.recv_timeout(BOUND).unwrap();
    thread.join().unwrap()?;
    assert_eq!(q.dequeue()?[0].item::<i32>()?, 2);
    Ok(())
}

/// XF-057: `dequeue` on an empty queue.
#[test]
fn an_empty_queue_blocks_until_another_thread_puts() -> Result<()> {
    let q = pair();
    let (done, came) = mpsc::channel();
    let reader = q.clone();
    let thread = thread::spawn(move || done.send(reader.dequeue_many(2)).unwrap());
    let record = |i: i32| [Tensor::from(i), Tensor::from("x")];
    assert!(came.recv_timeout(MOMENT).is_err(), "it did not block on none");
    q.enqueue(&record(1))?;
    assert!(
        came.recv_timeout(MOMENT).is_err(),
        "it did not block on one of two"
    );
    q.enqueue(&record(2))?;
    assert_eq!(numbers(&came.recv_timeout(BOUND).unwrap()?), [1, 2]);
    thread.join().unwrap();
    Ok(())
}

#[test]
fn closing_wakes_all_readers_and_lets_the_rest_drain() -> Result<()> {
    let q = pair();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let q = q.clone();
            thread::spawn(move || q.dequeue_many(3))
        })
        .collect();
    q.enqueue(&[Tensor::from(1), Tensor::from("left")])?;
    thread::sleep(MOMENT);
    let closing = Instant::now();
    q.close();
    for reader in readers {
        says(
            reader.join().unwrap(),
            "dequeue_many: the fifo queue is closed and holds 1 records, but 3 are asked for",
        );
    }
    assert!(closing.elapsed() < BOUND / 2, "they waited for the clock");
    assert!(q.is_closed());
    says(
        q.enqueue(&[Tensor::from(2), Tensor::from("x")]),
        "enqueue: the fifo queue is closed; put records before",
    );
    assert_eq!(numbers(&q.dequeue_up_to(3)?), [1]);
    assert!(q.next_record()?.is_none());
    says(q.dequeue_up_to(3), "holds 0 records");
    Ok(())
}

#[test]
fn writers_that_wait_finish_after_closing_unless_cancelled() -> Result<()> {
    for cancel in [false, true] {
        let q = Queue::fifo(1, [DType::I32])?.with_timeout(BOUND);
        let writer = q.clone();
        let thread = thread::spawn(move || writer.enqueue_many(&[Tensor::from([1, 2, 3])]));
        // Once the first record is there, the writer waits for room for the second.
        while q.size() == 0 {
            thread::yield_now();
        }
        if cancel {
            q.close_and_cancel();
            says(thread.join().unwrap(), "enqueue_many: the fifo queue is closed");
        } else {
            q.close();
        }
        let mut taken = Vec::new();
        while let Some(record) = q.next_record()? {
            taken.push(record[0].item::<i32>()?);
        }
        assert_eq!(taken, if cancel { vec![1] } else { vec![1, 2, 3] });
    }
    Ok(())
}

#[test]
fn time_limits_are_kept() -> Result<()> {
    let q = Queue::fifo(1, [DType::I32])?.with_timeout(MOMENT);
    let start = Instant::now();
    says(
        q.dequeue(),
        "dequeue: the fifo queue of capacity 1 was without enough records after 30ms; another thread",
    );
    q.enqueue(&[Tensor::from(1)])?;
    says(
        q.enqueue(&[Tensor::from(2)]),
        "enqueue: the fifo queue of capacity 1 was still full after 30ms",
    );
    assert!(start.elapsed() >= 2 * MOMENT);
    assert_eq!(q.with_timeout(Duration::MAX).dequeue()?[0].item::<i32>()?, 1);
    Ok(())
}

#[test]
fn many_threads_lose_nothing_and_repeat_nothing() -> Result<()> {
    const WRITERS: i32 = 4;
    const EACH: i32 = 200;
    let queues = [
        Queue::fifo(3, [Spec::new(DType::I64, [])])?,
        Queue::priority(3, Vec::<Component>::new())?,
        Queue::random_shuffle(5, 2, [Spec::new(DType::I64, [])], 1)?,
    ];
    for q in queues {
        let q = q.with_timeout(BOUND);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let q = q.clone();
                thread::spawn(move || {
                    (0..EACH).try_for_each(|i| q.enqueue(&[Tensor::from(i64::from(writer * EACH + i))]))
                })
            })
            .collect();
        let readers: Vec<_> = (0..3)
            .map(|reader| {
                let q = q.clone();
                thread::spawn(move || -> Result<Vec<i64>> {
                    let mut taken = Vec::new();
                    if reader == 0 {
                        // This one takes pairs until fewer are left.
                        while let Ok(batch) = q.dequeue_many(2) {
                            taken.extend(batch[0].to_vec::<i64>()?);
                        }
                    }
                    while let Some(record) = q.next_record()? {
                        taken.push(record[0].item::<i64>()?);
                    }
                    Ok(taken)
                })
            })
            .collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().unwrap())?;
        q.close();
        let mut all = Vec::new();
        for reader in readers {
            all.extend(reader.join().unwrap()?);
        }
        all.sort_unstable();
        assert_eq!(all, (0..i64::from(WRITERS * EACH)).collect::<Vec<_>>(), "{q:?}");
    }
    Ok(())
}

#[test]
fn mistakes_about_queues_are_named() -> Result<()> {
    says(
        Queue::fifo(0, [DType::I32]),
        "fifo queue: capacity = 0: must be at least 1 record",
    );
    says(
        Queue::fifo(1, Vec::<Component>::new()),
        "at least 1 component needed",
    );
    says(
        Queue::fifo(1, [Spec::new(DType::I32, [Shape::UNKNOWN])]),
        "only Queue::padding_fifo takes axes of unknown",
    );
    says(
        Queue::padding_fifo(1, [DType::I32]),
        "component 0 = i32: must be given with a shape",
    );
    says(
        Queue::random_shuffle(2, 2, [DType::I32], 0),
        "min_after_dequeue = 2: must be less than the capacity, 2",
    );
    let q = pair();
    says(
        q.enqueue(&[Tensor::from(1)]),
        "list of components has 2 rows, but the record has 1",
    );
    says(
        q.enqueue(&[Tensor::from(1.0), Tensor::from("x")]),
        "enqueue: cannot mix i32 with f64",
    );
    says(
        q.enqueue(&[Tensor::from([1]), Tensor::from("x")]),
        "cannot combine shape [] with [1]; the component",
    );
    says(
        q.enqueue_many(&[Tensor::from([1, 2]), Tensor::from(["x"])]),
        "the same first axis, 2 records",
    );
    says(
        q.enqueue_many(&[Tensor::from([1, 2]), Tensor::from("x")]),
        "the same first axis, 2 records",
    );
    for n in [0, 4] {
        says(
            q.dequeue_many(n),
            &format!("dequeue_many: n = {n}: must be 1 to 3"),
        );
    }
    assert_eq!(q.size(), 0);
    let shapeless = Queue::fifo(2, [DType::I32])?;
    says(
        shapeless.dequeue_many(1),
        "component 0 of the queue = i32: must be made with a shape",
    );
    let f = Function::new("put", move |x| {
        shapeless.enqueue(&[x[0].clone()]).map(|()| vec![])
    });
    says(
        f.call(&[&Tensor::from(1)]),
        "values exist only when the graph runs",
    );
    Ok(())
}

fn any_sets() -> impl Strategy<Value = Vec<(Vec<i32>, Vec<i32>)>> {
    let set = |n| prop::collection::vec(-3..9i32, n);
    prop::collection::vec((set(4), set(3)), 1..5)
}

fn rows(sparse: &SparseTensor, n: usize) -> Vec<Vec<i32>> {
    let mut rows = vec![Vec::new(); n];
    let values = sparse.values().to_vec::<i32>().unwrap();
    for (index, value) in sparse.indices().to_vec::<i64>().unwrap().chunks(2).zip(values) {
        let row = &mut rows[index[0] as usize];
        assert_eq!(index[1] as usize, row.len());
        row.push(value);
    }
    rows
}

proptest! {
    #[test]
    fn set_algebra_is_that_of_b_tree_sets(pairs in any_sets()) {
        let n = pairs.len();
        let (left, right): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
        let a = Tensor::from_vec(left.concat(), [n, 4]).unwrap();
        let b = Tensor::from_vec(right.concat(), [n, 3]).unwrap();
        let expected = |f: fn(&BTreeSet<i32>, &BTreeSet<i32>) -> Vec<i32>| -> Vec<Vec<i32>> {
            pairs.iter().map(|(a, b)| f(&a.iter().copied().collect(), &b.iter().copied().collect())).collect()
        };
        let union = sets::union(&a, &b).unwrap();
        prop_assert!(union.is_ordered());
        prop_assert_eq!(rows(&union, n), expected(|a, b| (a | b).into_iter().collect()));
        prop_assert_eq!(rows(&sets::intersection(&a, &b).unwrap(), n), expected(|a, b| (a & b).into_iter().collect()));
        prop_assert_eq!(rows(&sets::difference(&a, &b).unwrap(), n), expected(|a, b| (a - b).into_iter().collect()));
        let sizes: Vec<i32> = expected(|a, _| vec![a.len() as i32]).concat();
        prop_assert_eq!(sets::size(&a).unwrap().to_vec::<i32>().unwrap(), sizes);
    }

    #[test]
    fn queues_keep_the_order_of_their_discipline(items in prop::collection::vec((-3..3i64, any::<i32>()), 1..20)) {
        let n = items.len();
        let spec = [Spec::new(DType::I64, []), Spec::new(DType::I32, [])];
        let batch = [
            Tensor::from(items.iter().map(|item| item.0).collect::<Vec<_>>()),
            Tensor::from(items.iter().map(|item| item.1).collect::<Vec<_>>()),
        ];
        let through = |q: Queue| -> Vec<(i64, i32)> {
            q.enqueue_many(&batch).unwrap();
            let out = q.dequeue_many(n).unwrap();
            out[0].to_vec::<i64>().unwrap().into_iter().zip(out[1].to_vec::<i32>().unwrap()).collect()
        };
        prop_assert_eq!(through(Queue::fifo(n, spec.clone()).unwrap()), items.clone());
        let mut stable = items.clone();
        stable.sort_by_key(|item| item.0);
        prop_assert_eq!(through(Queue::priority(n, [spec[1].clone()]).unwrap()), stable);
        let mut shuffled = through(Queue::random_shuffle(n, 0, spec, 3).unwrap());
        shuffled.sort_unstable();
        let mut all = items;
        all.sort_unstable();
        prop_assert_eq!(shuffled, all);
    }
}
