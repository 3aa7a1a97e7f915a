//! Encoders of labels.

use ml::{
    core::{TextColumn, ndarray::Array1},
    data::preprocess::{LabelBinarizer, LabelEncoder},
    prelude::*,
};
use proptest::{collection::vec, option, prelude::*};

use super::{
    examiner::{examine, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    ["LabelEncoder", "LabelBinarizer"].map(str::to_owned).to_vec()
}

fn labels() -> impl Strategy<Value = Array1<i64>> {
    vec(inputs::class(), 0..6).prop_map(Array1::from)
}

#[test]
fn bad_labels() {
    examine(256, (labels(), labels()), |(seen, later)| {
        let encoder = survives("LabelEncoder", || LabelEncoder::default().fit(seen.view(), ()))?;
        if let Some(encoder) = encoder {
            survives("LabelEncoder", || encoder.transform(later.view()))?;
            survives("LabelEncoder", || encoder.inverse_transform(later.view()))?;
        }
        Ok(())
    });
}

#[test]
fn bad_words() {
    let words = || {
        vec(
            option::weighted(0.8, prop_oneof![Just("a"), Just(""), Just("b")]),
            0..6,
        )
    };
    examine(128, (words(), words()), |(seen, later)| {
        let (seen, later) = (TextColumn::collect(seen), TextColumn::collect(later));
        let encoder = survives("LabelEncoder", || LabelEncoder::default().fit(&seen, ()))?;
        if let Some(encoder) = encoder {
            survives("LabelEncoder", || encoder.transform(&later))?;
        }
        Ok(())
    });
}

#[test]
fn bad_binary_labels() {
    let input = (
        labels(),
        labels(),
        inputs::class(),
        inputs::class(),
        inputs::matrix(),
    );
    examine(256, input, |(seen, later, neg_label, pos_label, x)| {
        let name = "LabelBinarizer";
        let unfitted = LabelBinarizer { neg_label, pos_label };
        let Some(fitted) = survives(name, || unfitted.fit(seen.view(), ()))? else {
            return Ok(());
        };
        survives(name, || fitted.transform(later.view()))?;
        survives(name, || fitted.inverse_transform(x.view())).map(drop)
    });
}
