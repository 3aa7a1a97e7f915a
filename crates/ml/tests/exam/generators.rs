//! Every generator of data.

use ml::{
    core::Seed,
    data::datasets::generators::{
        Centers, MakeBlobs, MakeCircles, MakeClassification, MakeFriedman1, MakeMoons, MakeRegression,
        MakeSwissRoll, PerFeature, Samples, Spread,
    },
};
use proptest::{collection::vec, option, prelude::*};

use super::{
    examiner::{examine, holds, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    [
        "MakeBlobs",
        "MakeCircles",
        "MakeClassification",
        "MakeFriedman1",
        "MakeMoons",
        "MakeRegression",
        "MakeSwissRoll",
        "Centers",
        "Spread",
        "PerFeature",
        "Samples",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A count for which there is memory: more than there is of it is the allocator's to refuse.
fn n() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0usize..7, 1 => Just(40)]
}

fn samples() -> impl Strategy<Value = Samples> {
    prop_oneof![
        n().prop_map(Samples::Total),
        vec(n(), 0..4).prop_map(Samples::Each)
    ]
}

fn seed() -> impl Strategy<Value = Seed> {
    prop_oneof![Just(Seed::numpy(1)), Just(Seed::from(1))]
}

#[test]
fn bad_shapes() {
    let input = (
        samples(),
        n(),
        inputs::number(),
        inputs::number(),
        any::<bool>(),
        seed(),
    );
    examine(600, input, |(samples, n_samples, noise, factor, flag, seed)| {
        let moons = MakeMoons {
            n_samples: samples.clone(),
            shuffle: flag,
            noise,
            seed,
        };
        if let Some((x, y)) = survives("MakeMoons", || moons.generate())? {
            holds("MakeMoons", x.nrows() == y.len(), || {
                "rows without a class".to_owned()
            })?;
        }
        let circles = MakeCircles {
            n_samples: samples,
            shuffle: flag,
            noise,
            factor,
            seed,
        };
        survives("MakeCircles", || circles.generate())?;
        let roll = MakeSwissRoll {
            n_samples,
            noise,
            hole: flag,
            seed,
        };
        survives("MakeSwissRoll", || roll.generate())?;
        let friedman = MakeFriedman1 {
            n_samples: n_samples.min(50),
            n_features: n_samples,
            noise,
            seed,
        };
        survives("MakeFriedman1", || friedman.generate())?;
        let friedman = MakeFriedman1 {
            n_samples,
            n_features: 5,
            noise,
            seed,
        };
        survives("MakeFriedman1", || friedman.generate()).map(drop)
    });
}

#[test]
fn bad_blobs() {
    let centers = prop_oneof![
        n().prop_map(Centers::Count),
        inputs::matrix().prop_map(Centers::At)
    ];
    let spread = prop_oneof![
        inputs::number().prop_map(Spread::Same),
        inputs::list().prop_map(Spread::Each)
    ];
    let around = (inputs::number(), inputs::number());
    let input = (samples(), n(), option::of(centers), spread, around, seed());
    examine(
        800,
        input,
        |(n_samples, n_features, centers, cluster_std, center_box, seed)| {
            let blobs = MakeBlobs {
                n_samples,
                n_features,
                centers,
                cluster_std,
                center_box,
                shuffle: true,
                seed,
            };
            survives("MakeBlobs", || blobs.generate_with_centers()).map(drop)
        },
    );
}

#[test]
fn bad_regressions() {
    let counts = (n(), n(), n(), n(), option::of(n()));
    let numbers = (inputs::number(), inputs::number(), inputs::number());
    examine(
        600,
        (counts, numbers, any::<bool>(), seed()),
        |(counts, numbers, shuffle, seed)| {
            let (n_samples, n_features, n_informative, n_targets, effective_rank) = counts;
            let (bias, tail_strength, noise) = numbers;
            let regression = MakeRegression {
                n_samples,
                n_features,
                n_informative,
                n_targets,
                bias,
                effective_rank,
                tail_strength,
                noise,
                shuffle,
                seed,
            };
            survives("MakeRegression", || regression.generate())?;
            survives("MakeRegression", || regression.generate_targets()).map(drop)
        },
    );
}

#[test]
fn bad_classifications() {
    let counts = (n(), n(), n(), n(), n(), n(), n());
    let per_feature = || {
        prop_oneof![
            inputs::number().prop_map(PerFeature::Same),
            inputs::list().prop_map(PerFeature::Each),
            Just(PerFeature::Random),
        ]
    };
    let numbers = (
        inputs::number(),
        inputs::number(),
        option::of(inputs::list()),
        per_feature(),
        per_feature(),
    );
    let flags = (any::<bool>(), any::<bool>(), seed());
    examine(
        1500,
        (counts, numbers, flags),
        |(counts, numbers, (hypercube, shuffle, seed))| {
            let (
                n_samples,
                n_features,
                n_informative,
                n_redundant,
                n_repeated,
                n_classes,
                n_clusters_per_class,
            ) = counts;
            let (flip_y, class_sep, weights, shift, scale) = numbers;
            let classification = MakeClassification {
                n_samples,
                n_features,
                n_informative,
                n_redundant,
                n_repeated,
                n_classes,
                n_clusters_per_class,
                weights,
                flip_y,
                class_sep,
                hypercube,
                shift,
                scale,
                shuffle,
                seed,
            };
            survives("MakeClassification", || classification.generate())?;
            survives("MakeClassification", || classification.generate_with_roles()).map(drop)
        },
    );
}
