//! TensorBoard: runs in folders of their own, compared (section 10.2.7).

use std::{
    fs,
    path::{Path, PathBuf},
};

use ml::{
    nn::{
        Compile, Fit, History,
        optimizers::{IntoOptimizer, Sgd},
        tensorboard::{TensorBoard, run_folder},
    },
    plot::Figure,
};

use crate::{
    housing::Housing,
    network,
    support::{AnyResult, Book, Chapter},
};

/// The two rates of figure 10-17.
const RATES: [f64; 2] = [0.001, 0.05];

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("TensorBoard");
    let root = book.folder().join("my_logs");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    names(book, &root);
    let mut runs = Vec::new();
    for rate in RATES {
        runs.push(train(&root, rate, housing)?);
    }
    let [slow, fast] = [&runs[0].1, &runs[1].1].map(|history| history.get("loss"));
    let faster = slow.iter().zip(fast).all(|(slow, fast)| fast < slow);
    let label = "at every epoch the training loss of rate 0.05 is below that of 0.001";
    book.claim(
        "N10-23",
        label,
        format!("{:.4} and {:.4} at the end", fast[29], slow[29]),
        faster,
    );
    for (folder, _) in &runs {
        listing(book, folder)?;
    }
    book.figure("10-17", "epoch_loss of two runs", &compared(&runs)?)?;
    Ok(())
}

/// Listing W10-34: `run_2019_06_07-15_15_22`.
fn names(book: &mut Chapter, root: &Path) {
    let folder = run_folder(root);
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let digits: String = name
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    book.text(
        "N10-17",
        &format!("form of {name}"),
        &digits,
        "run_0000_00_00-00_00_00",
    );
}

/// Listing W10-35: 30 epochs, with the rate in the name of the run.
fn train(root: &Path, rate: f64, housing: &Housing) -> AnyResult<(PathBuf, History)> {
    let mut folder = run_folder(root).into_os_string();
    folder.push(format!("-learning_rate_{rate}"));
    let folder = PathBuf::from(folder);
    let mut model = network(rate)?;
    // A district has 96 standard deviations more people a household than the mean: at 0.05 a plain step towards it
    // ends some trainings with NaN, in PyTorch as here. Clipped gradients do not let it.
    model.compile(Compile::new(Sgd::new(rate).clipnorm(1.0), "mse"))?;
    let fit = Fit::new()
        .epochs(30)
        .validation_data(&housing.x_valid, &housing.y_valid)
        .callback(TensorBoard::new(&folder));
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    Ok((folder, history))
}

/// Listing W10-36: what a run leaves.
fn listing(book: &mut Chapter, folder: &Path) -> AnyResult {
    for part in ["train", "validation"] {
        let names: Vec<String> = fs::read_dir(folder.join(part))?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<std::io::Result<_>>()?;
        book.number(
            "C10-132",
            &format!("event files in {part}"),
            names.len() as f64,
            Book::Exact(1.0),
        );
        let name = names.first().map_or("", String::as_str);
        let fields: Vec<&str> = name.split('.').collect();
        let numbers = |field: Option<&&str>| field.is_some_and(|f| f.bytes().all(|b| b.is_ascii_digit()));
        let last = fields.len().saturating_sub(1);
        let holds =
            name.starts_with("events.out.tfevents.") && fields[last] == "v2" && numbers(fields.get(3));
        book.claim(
            "C10-133",
            "its name tells time, host, process and number",
            name,
            holds,
        );
    }
    Ok(())
}

fn compared(runs: &[(PathBuf, History)]) -> ml::Result<Figure> {
    let mut figure = Figure::new(720, 420);
    let axes = figure.axes();
    axes.title("epoch_loss").x_label("epoch").y_limits(0.0, 2.0);
    for (rate, (_, history)) in RATES.into_iter().zip(runs) {
        for (key, part) in [("loss", "train"), ("val_loss", "validation")] {
            axes.line(
                history.epoch.iter().map(|&e| e as f64).collect::<Vec<_>>(),
                history.get(key),
            )?
            .label(format!("{rate}, {part}"));
        }
    }
    Ok(figure)
}
