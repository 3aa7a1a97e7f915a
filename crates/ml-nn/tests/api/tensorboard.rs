//! Event files, read back by TensorBoard itself.

use std::{path::Path, process::Command};

use ml_core::{DType, Result, Tensor};
use ml_nn::{
    Compile, Fit, Input, Model, Sequential, connect,
    layers::{Concatenate, Dense, IntoLayer},
    optimizers::Sgd,
    tensorboard::{Domain, Hyperparameter, SummaryWriter, TensorBoard, UpdateFreq, run_folder},
};

use crate::{imports, python, random};

const ACCUMULATOR: &str = "tensorboard.backend.event_processing.event_accumulator";

/// What a script prints that has `accumulator`, a function from a folder to TensorBoard's events in it.
fn read_back(folder: &Path, script: &str) -> Option<String> {
    let python = python(ACCUMULATOR)?;
    let head = "
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
def accumulator(folder):
    events = EventAccumulator(folder, size_guidance={'tensors': 0})
    events.Reload()
    return events
def values(events, tag):
    return [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]
";
    let output = Command::new(python)
        .args(["-c", &format!("{head}{script}")])
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[test]
fn tensorboard_reads_every_kind_of_summary() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SummaryWriter::create(folder.path())?;
    for step in 1..=1000i64 {
        writer.scalar("my_scalar", (step as f64 / 10.0).sin(), step)?;
    }
    writer.histogram("my_hist", &Tensor::from([0.0f32, 1.0, 1.0, 30.0]), 5)?;
    writer.histogram_of("wide", &Tensor::from([0i64, 1, 100]), 50, 5)?;
    writer.texts("my_texts", &["one", "zwölf"], 7)?;
    let image = Tensor::from_vec(vec![0.0f32, 0.5, 1.0, 0.25, 0.0, 1.0], [1, 1, 2, 3])?;
    writer.image("my_image", &image, 6)?;
    writer.image(
        "grey",
        &image.mul_scalar(255.0)?.cast(DType::U8)?.reshape(&[2, 3, 1, 1])?,
        6,
    )?;
    writer.text("my_text", "The step is 7", 7)?;
    writer.audio(
        "my_audio",
        &Tensor::from_vec(vec![0.0f32, 0.5, -1.0], [1, 3, 1])?,
        48_000,
        8,
    )?;
    writer.hyperparameters([
        ("rate", Hyperparameter::from(0.01)),
        ("optimizer", "sgd".into()),
        ("nesterov", true.into()),
    ])?;
    drop(writer);
    let script = r#"
import io, wave
from PIL import Image
from tensorboard.plugins.hparams import plugin_data_pb2
e = accumulator(sys.argv[1])
s = values(e, "my_scalar")
print(len(s), s[0][0], "%.6f" % s[0][1], "%.6f" % s[-1][1])
((step, h),) = values(e, "my_hist")
print(step, h.shape, h[0].tolist(), h[1].tolist(), h[29].tolist())
((_, h),) = values(e, "wide")
print(h.shape, h[0].tolist(), h[49].tolist(), [t.decode() for t in values(e, "my_texts")[0][1]])
((step, i),) = values(e, "my_image")
print(step, i[0].decode(), i[1].decode(), list(Image.open(io.BytesIO(i[2])).convert("RGB").tobytes()))
print(len(values(e, "grey")[0][1]))
print(values(e, "my_text")[0][1].item().decode())
w = wave.open(io.BytesIO(values(e, "my_audio")[0][1][0][0]))
print(w.getframerate(), w.getnchannels(), w.readframes(3).hex())
m = e.summary_metadata
print(sorted((t, m[t].plugin_data.plugin_name, m[t].data_class) for t in m if t[0] != "_"))
h = plugin_data_pb2.HParamsPluginData.FromString(m["_hparams_/session_start_info"].plugin_data.content)
p = h.session_start_info.hparams
print(p["rate"].number_value, p["optimizer"].string_value, p["nesterov"].bool_value)
"#;
    let has_pillow = python(ACCUMULATOR).is_some_and(|python| imports(&python, "PIL.Image"));
    let script = match has_pillow {
        true => script.to_owned(),
        false => script.replace("from PIL import Image\n", "").replace(
            "list(Image.open(io.BytesIO(i[2])).convert(\"RGB\").tobytes())",
            "[0, 127, 255, 63, 0, 255] if i[2][:4] == b'\\x89PNG' else i[2]",
        ),
    };
    let Some(text) = read_back(folder.path(), &script) else {
        return Ok(());
    };
    let expected = "1000 1 0.099833 -0.506366\n\
                    5 (30, 3) [0.0, 1.0, 1.0] [1.0, 2.0, 2.0] [29.0, 30.0, 1.0]\n\
                    (50, 3) [0.0, 2.0, 2.0] [98.0, 100.0, 1.0] ['one', 'zwölf']\n\
                    6 2 1 [0, 127, 255, 63, 0, 255]\n\
                    4\n\
                    The step is 7\n\
                    48000 1 000000400180\n\
                    [('grey', 'images', 3), ('my_audio', 'audio', 3), ('my_hist', 'histograms', 2), \
                    ('my_image', 'images', 3), ('my_scalar', 'scalars', 1), ('my_text', 'text', 2), \
                    ('my_texts', 'text', 2), ('wide', 'histograms', 2)]\n\
                    0.01 sgd True\n";
    assert_eq!(text, expected);
    Ok(())
}

#[test]
fn a_training_is_seen_as_keras_writes_it() -> Result<()> {
    let root = tempfile::tempdir().unwrap();
    let run = run_folder(root.path());
    let (a, b) = (
        Input::new([2]).name("wide").place(),
        Input::new([3]).name("deep").place(),
    );
    let hidden = b.then(Dense::new(4).named("hidden"))?;
    let out = connect(Concatenate::new(), &[&a, &hidden])?.then(Dense::new(1).named("main"))?;
    let mut model = Model::functional(&[&a, &b], &[&out])?;
    model.compile(Compile::new(Sgd::new(0.01), "mse"))?;
    let (x, z, y) = (random(&[20, 2], 1), random(&[20, 3], 2), random(&[20, 1], 3));
    let board = TensorBoard::new(&run)
        .histogram_freq(2)
        .update_freq(UpdateFreq::Batches(2));
    let fit = Fit::new()
        .epochs(3)
        .batch_size(5)
        .validation_split(0.2)
        .callback(board);
    let history = model.fit([&x, &z], &y, fit)?;
    let script = r#"
e = accumulator(sys.argv[1] + "/train")
print(sorted(e.Tags()["tensors"]), e.Tags()["graph"])
print([step for step, _ in values(e, "batch_loss")], [step for step, _ in values(e, "main/kernel")])
print([(step, "%.5f" % v) for step, v in values(e, "epoch_loss")])
for n in e.Graph().node: print(n.name, n.op, list(n.input))
v = accumulator(sys.argv[1] + "/validation")
print(v.Tags()["tensors"], [(step, "%.5f" % x) for step, x in values(v, "epoch_loss")])
"#;
    let Some(text) = read_back(&run, script) else {
        return Ok(());
    };
    let shown = |name: &str| {
        let values = history.get(name).iter().enumerate();
        let values: Vec<String> = values
            .map(|(epoch, value)| format!("({epoch}, '{value:.5}')"))
            .collect();
        format!("[{}]", values.join(", "))
    };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "['batch_loss', 'epoch_loss', 'hidden/bias', 'hidden/kernel', 'main/bias', 'main/kernel'] True"
    );
    assert_eq!(lines[1], "[2, 4, 6, 8, 10, 12] [0, 2]");
    assert_eq!(lines[2], shown("loss"));
    assert!(
        text.contains("main Dense ['concatenate']") && text.contains("hidden Dense ['deep']"),
        "{text}"
    );
    assert_eq!(
        *lines.last().unwrap(),
        format!("['epoch_loss'] {}", shown("val_loss"))
    );
    Ok(())
}

#[test]
fn the_plugin_for_hyperparameters_reads_a_study() -> Result<()> {
    let root = tempfile::tempdir().unwrap();
    let optimizers = Domain::Discrete(vec!["sgd".into(), "adam".into()]);
    SummaryWriter::create(root.path())?.experiment(
        [
            ("rate", Domain::Interval(0.001, 1.0)),
            ("optimizer", optimizers),
            ("nesterov", Domain::Discrete(vec![true.into(), false.into()])),
        ],
        [("validation", "epoch_loss"), ("train", "epoch_loss")],
    )?;
    let (x, y) = (random(&[20, 2], 1), random(&[20, 1], 2));
    let mut losses = Vec::new();
    // The third run has the values of the first: one group.
    for (number, optimizer) in ["sgd", "adam", "sgd"].into_iter().enumerate() {
        let run = root.path().join(format!("run_{number}"));
        SummaryWriter::create(&run)?.hyperparameters([
            ("rate", Hyperparameter::from(0.01)),
            ("optimizer", optimizer.into()),
            ("nesterov", false.into()),
        ])?;
        let mut model = Sequential::new().add(Dense::new(1).input_shape([2])).into_model();
        model.compile(Compile::new(optimizer, "mse"))?;
        let fit = Fit::new()
            .epochs(2)
            .validation_split(0.2)
            .callback(TensorBoard::new(&run));
        let history = model.fit(&x, &y, fit)?;
        losses.push(
            ["val_loss", "loss"]
                .map(|name| format!("{:.5}", history.last(name).unwrap()))
                .join(" "),
        );
    }
    let script = r#"
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups
multiplexer = plugin_event_multiplexer.EventMultiplexer()
multiplexer.AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, sys.argv[1])
context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
e = get_experiment.Handler(RequestContext(), context, "e", api_pb2.GetExperimentRequest()).run()
def plain(v): return getattr(v, v.WhichOneof("kind"))
for h in e.hparam_infos:
    kind, which = api_pb2.DataType.Name(h.type), h.WhichOneof("domain")
    d = h.domain_interval
    print(h.name, kind, [d.min_value, d.max_value] if which == "domain_interval" else [plain(v) for v in h.domain_discrete.values])
for m in e.metric_infos: print(m.name.group, m.name.tag, m.display_name, api_pb2.DatasetType.Name(m.dataset_type))
request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=9, allowed_statuses=[api_pb2.STATUS_SUCCESS])
for h in e.hparam_infos: request.col_params.add(hparam=h.name)
groups = list_session_groups.Handler(RequestContext(), context, "e", request).run().session_groups
for g in sorted(groups, key=lambda g: g.sessions[0].name):
    print(len(g.name), sorted((n, plain(v)) for n, v in g.hparams.items()))
    for s in g.sessions: print(s.name, *("%.5f" % m.value for m in s.metric_values))
"#;
    let Some(text) = read_back(root.path(), script) else {
        return Ok(());
    };
    let expected = format!(
        "nesterov DATA_TYPE_BOOL [True, False]\n\
         optimizer DATA_TYPE_STRING ['sgd', 'adam']\n\
         rate DATA_TYPE_FLOAT64 [0.001, 1.0]\n\
         validation epoch_loss epoch_loss (validation) DATASET_VALIDATION\n\
         train epoch_loss epoch_loss (train) DATASET_TRAINING\n\
         64 [('nesterov', False), ('optimizer', 'sgd'), ('rate', 0.01)]\n\
         run_0 {}\nrun_2 {}\n\
         64 [('nesterov', False), ('optimizer', 'adam'), ('rate', 0.01)]\n\
         run_1 {}\n",
        losses[0], losses[2], losses[1]
    );
    assert_eq!(text, expected);
    Ok(())
}

#[test]
fn hyperparameters_that_are_none_are_refused() -> Result<()> {
    let root = tempfile::tempdir().unwrap();
    let mut writer = SummaryWriter::create(root.path())?;
    let none: [(&str, f64); 0] = [];
    let said = |result: Result<()>| result.unwrap_err().to_string();
    assert_eq!(
        said(writer.hyperparameters(none)),
        "hyperparameters = 0: must be at least 1"
    );
    assert_eq!(
        said(writer.hyperparameters([("rate", 0.1), ("rate", 0.2)])),
        "hyperparameters = rate: must be each name once"
    );
    assert_eq!(
        said(writer.histogram_of("h", &Tensor::from([1.0]), 0, 1)),
        "buckets = 0: must be from 1 to 100,000"
    );
    let mixed = Domain::Discrete(vec!["a".into(), 1.0.into()]);
    assert_eq!(
        said(writer.experiment([("layer", mixed)], [("", "loss")])),
        "the domain of \"layer\" = Discrete([Text(\"a\"), Number(1.0)]): must be at least one value, all of one type"
    );
    Ok(())
}

/// Reproduces N10-17.
#[test]
fn run_folders_are_named_by_local_time() {
    let folder = run_folder("my_logs");
    let name = folder.file_name().unwrap().to_str().unwrap();
    let shape: String = name
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(
        (shape.as_str(), folder.parent()),
        ("run_0000_00_00-00_00_00", Some(Path::new("my_logs")))
    );
}
