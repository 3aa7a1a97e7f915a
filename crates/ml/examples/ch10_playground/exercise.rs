//! The questions of exercise 1, answered by trainings from several seeds.

use ml::{
    core::{Result, Tensor, ndarray::Array2},
    nn::{Activation, Fit, callbacks::LambdaCallback},
    plot::{Color, Figure},
};

use crate::{
    network::{CELLS, Frame, Network, Optimizer, Play},
    sets::{HALF, Plane, Set},
    support::{AnyResult, Chapter},
};

const SEEDS: u64 = 10;
const EPOCHS: usize = 1000;
/// A loss that counts as a good solution.
const GOOD: f64 = 0.1;

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let circle = Plane::draw(Set::Circle, 500, 0.0, 1);
    layers_of_patterns(book, &circle)?;
    relu(book, &circle)?;
    numbers_of_neurons(book, &circle)?;
    spiral(book)
}

/// The last drawing of a training.
fn surface(network: &Network, plane: &Plane, epochs: usize) -> Result<Frame> {
    let play = Play {
        epochs,
        batch_size: 10,
        every: epochs,
    };
    let mut frames = play.run(network, plane, |_| Ok(()))?;
    Ok(frames.pop().expect("the last epoch is drawn"))
}

/// After how many epochs the loss is good, for each seed; `None` if it never is.
fn times(hidden: &[usize], activation: &Activation, plane: &Plane) -> Result<Vec<Option<usize>>> {
    let [(x, y), _] = plane.halves()?;
    let time = |seed| {
        let mut model = Network::new(hidden, activation.clone(), seed).build()?;
        let stop = LambdaCallback::new().on_epoch_end(|_, run| {
            if run.logs()?.get("loss").is_some_and(|loss| loss < GOOD) {
                run.stop_training();
            }
            Ok(())
        });
        let history = model.fit(&x, &y, Fit::new().epochs(EPOCHS).batch_size(10).callback(stop))?;
        let good = history.last("loss").is_some_and(|loss| loss < GOOD);
        Ok(good.then_some(history.epoch.len()))
    };
    (0..SEEDS).map(time).collect()
}

fn shown(times: &[Option<usize>]) -> String {
    let shown = times
        .iter()
        .map(|time| time.map_or("never".to_owned(), |epochs| epochs.to_string()));
    shown.collect::<Vec<_>>().join(", ")
}

/// The epochs that half of the seeds need; those that never get there need more than all.
fn median(times: &[Option<usize>]) -> usize {
    let mut sorted: Vec<usize> = times.iter().map(|time| time.unwrap_or(EPOCHS + 1)).collect();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// (a) The default network finds a good solution quickly.
fn layers_of_patterns(book: &mut Chapter, circle: &Plane) -> AnyResult {
    book.section("(a) The network of the first page: 4 and 2 neurons, tanh");
    let times = times(&[4, 2], &Activation::Tanh, circle)?;
    let found = times.iter().flatten().count();
    book.claim(
        "C10-176",
        "it quickly finds a good solution (epochs for each seed)",
        shown(&times),
        found >= 8 && median(&times) < EPOCHS / 5,
    );
    draw(
        book,
        "tanh",
        "4 and 2 neurons, tanh",
        &Network::new(&[4, 2], Activation::Tanh, 0),
        circle,
        100,
    )
}

/// (b) With ReLU it is faster, and boundaries are straight.
fn relu(book: &mut Chapter, circle: &Plane) -> AnyResult {
    book.section("(b) ReLU instead of tanh");
    // Wide enough that no seed is stuck: the speed is asked for, not the luck.
    let [tanh, relu] =
        [Activation::Tanh, Activation::Relu].map(|activation| times(&[8, 8], &activation, circle));
    let (tanh, relu) = (tanh?, relu?);
    book.claim(
        "C10-176",
        "ReLU finds a solution faster (median epochs of 8 and 8 neurons)",
        format!("ReLU {}, tanh {}", median(&relu), median(&tanh)),
        median(&relu) < median(&tanh),
    );
    draw(
        book,
        "relu",
        "4 and 2 neurons, ReLU: straight pieces",
        &Network::new(&[4, 2], Activation::Relu, 3),
        circle,
        100,
    )
}

/// (c), (d), (e) One hidden layer of 3, 2 and 8 neurons.
fn numbers_of_neurons(book: &mut Chapter, circle: &Plane) -> AnyResult {
    book.section("(c) to (e) One hidden layer of 3, 2 and 8 neurons");
    // The question before changed the activation function.
    let times = |units: usize| times(&[units], &Activation::Relu, circle);
    let (three, two, eight) = (times(3)?, times(2)?, times(8)?);
    let spread = |times: &[Option<usize>]| {
        let epochs = || times.iter().map(|time| time.unwrap_or(EPOCHS));
        epochs().max().unwrap_or(0) - epochs().min().unwrap_or(0)
    };
    book.claim(
        "C10-176",
        "with 3 neurons the time varies a lot",
        shown(&three),
        spread(&three) > spread(&eight),
    );
    book.claim(
        "C10-176",
        "with 2 neurons there is never a good solution",
        shown(&two),
        two.iter().all(Option::is_none),
    );
    book.claim(
        "C10-176",
        "with 8 neurons it is always found, and soon",
        shown(&eight),
        eight.iter().all(Option::is_some) && median(&eight) <= median(&three),
    );
    draw(
        book,
        "two",
        "2 neurons: too few",
        &Network::new(&[2], Activation::Relu, 0),
        circle,
        100,
    )
}

/// (f) The spiral, with four layers of eight.
fn spiral(book: &mut Chapter) -> AnyResult {
    book.section("(f) The spiral: four hidden layers of 8 neurons");
    let plane = Plane::draw(Set::Spiral, 500, 0.0, 1);
    let (loss, moved) = plateau(&plane, &Activation::Tanh)?;
    book.claim(
        "C10-176",
        "training is slower: a plateau after 20 epochs (mean loss of the seeds)",
        format!("{loss:.3}"),
        loss > 0.5,
    );
    // The kernels in between, all of 8 by 8: the first one has two large inputs, the last one has one output. With Glorot's
    // first weights and tanh they change alike; the book's remark is seen with the function whose slope is small.
    let (_, logistic) = plateau(&plane, &Activation::Sigmoid)?;
    println!(
        "  with tanh hidden kernels change by {} of their size",
        shares(&moved)
    );
    book.claim(
        "C10-176",
        "upper layers change faster than lower ones (logistic units; change of hidden kernels by their size, the lowest first)",
        shares(&logistic),
        logistic[0] < logistic[1] && logistic[1] < logistic[2],
    );
    let better = Network {
        optimizer: Optimizer::Adam,
        rate: 0.01,
        ..Network::new(&[8, 8, 8, 8], Activation::Tanh, 0)
    };
    let frame = surface(&better, &plane, 150)?;
    book.claim(
        "C10-176",
        "a better optimizer helps: Adam parts the arms",
        format!("test accuracy {:.3}", frame.test_accuracy),
        frame.test_accuracy > 0.95,
    );
    draw_frame(book, "spiral", "4 layers of 8 neurons, Adam", &frame, &plane)
}

fn shares(of: &[f64]) -> String {
    of.iter()
        .map(|share| format!("{share:.4}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Loss after 20 epochs, and how far each of the kernels of 8 by 8 went by its length at the beginning: means over the seeds.
fn plateau(plane: &Plane, activation: &Activation) -> Result<(f64, [f64; 3])> {
    let [(x, y), _] = plane.halves()?;
    let length = |t: &Tensor| -> Result<f32> { Ok(t.square()?.sum_all()?.item::<f32>()?.sqrt()) };
    let (mut loss, mut moved) = (0.0, [0.0; 3]);
    for seed in 0..SEEDS {
        let mut model = Network::new(&[8, 8, 8, 8], activation.clone(), seed).build()?;
        let before = model.get_weights();
        let history = model.fit(&x, &y, Fit::new().epochs(20).batch_size(10))?;
        loss += history.last("loss").unwrap_or(f64::NAN) / SEEDS as f64;
        let after = model.get_weights();
        let inner = before
            .iter()
            .zip(&after)
            .filter(|(kernel, _)| **kernel.shape() == [8, 8]);
        for (mean, (before, after)) in moved.iter_mut().zip(inner) {
            *mean += f64::from(length(&after.sub(before)?)? / length(before)?) / SEEDS as f64;
        }
    }
    Ok((loss, moved))
}

fn draw(
    book: &mut Chapter,
    name: &str,
    caption: &str,
    network: &Network,
    plane: &Plane,
    epochs: usize,
) -> AnyResult {
    let frame = surface(network, plane, epochs)?;
    draw_frame(book, name, caption, &frame, plane)
}

fn draw_frame(book: &mut Chapter, name: &str, caption: &str, frame: &Frame, plane: &Plane) -> AnyResult {
    // From the bottom up, as axes go.
    let rows = Array2::from_shape_fn((CELLS, CELLS), |(row, column)| {
        frame.surface[(CELLS - 1 - row) * CELLS + column]
    });
    let mut figure = Figure::new(480, 480);
    let axes = figure.axes();
    axes.filled_contour((-HALF, HALF), (-HALF, HALF), rows.view(), 20)?;
    axes.contour((-HALF, HALF), (-HALF, HALF), rows.view(), [0.5])?;
    for (class, color) in [(false, Color::ORANGE), (true, Color::BLUE)] {
        let own = plane
            .points
            .iter()
            .zip(&plane.classes)
            .filter(|&(_, &of)| of == class);
        let (x, y): (Vec<f64>, Vec<f64>) = own.map(|(point, _)| (point[0], point[1])).unzip();
        axes.scatter(x, y)?.color(color);
    }
    Ok(book.figure(&format!("playground-{name}"), caption, &figure)?)
}
