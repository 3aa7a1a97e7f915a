//! The two formats.

use ml_plot::{Color, Dash, Figure, Scale};

/// Red, green and blue at a pixel of a PNG.
pub(crate) fn pixel(png: &[u8], x: u32, y: u32) -> [u8; 3] {
    let map = resvg::tiny_skia::Pixmap::decode_png(png).expect("a figure is a valid PNG");
    let color = map.pixel(x, y).expect("inside the picture");
    [color.red(), color.green(), color.blue()]
}

fn size(png: &[u8]) -> (u32, u32) {
    let map = resvg::tiny_skia::Pixmap::decode_png(png).expect("a figure is a valid PNG");
    (map.width(), map.height())
}

#[test]
fn png_has_the_size_of_the_figure_times_the_scale() {
    let mut figure = Figure::new(300, 200);
    figure.axes().line([0.0, 1.0], [0.0, 1.0]).unwrap();
    assert_eq!(size(&figure.to_png().unwrap()), (600, 400));
    assert_eq!(size(&figure.scale(1.0).to_png().unwrap()), (300, 200));
    assert_eq!(size(&figure.scale(1.5).to_png().unwrap()), (450, 300));
}

#[test]
fn a_bar_has_its_colour_where_it_stands() {
    // One bar fills 0.7 of 1.2 units: the middle of the picture lies inside it, the corners do not.
    let mut figure = Figure::new(300, 200);
    figure
        .axes()
        .bar(["only"], [1.0])
        .unwrap()
        .color(Color::rgb(200, 30, 60));
    let png = figure.scale(1.0).to_png().unwrap();
    assert_eq!(pixel(&png, 160, 100), [200, 30, 60]);
    assert_eq!(pixel(&png, 2, 2), [255, 255, 255]);
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let make = || {
        let mut figure = Figure::new(400, 300);
        let axes = figure.axes();
        axes.title("a").x_scale(Scale::Log);
        axes.line(1..100, 1..100).unwrap().label("line");
        axes.scatter(1..100, (1..100).rev())
            .unwrap()
            .values(1..100)
            .unwrap()
            .label("points");
        (figure.to_svg().unwrap(), figure.to_png().unwrap())
    };
    assert_eq!(make(), make());
}

#[test]
fn svg_is_well_formed_and_holds_the_words() {
    let mut figure = Figure::new(400, 300);
    figure.axes().title("R² < 1 & \"more\"").x_label("θ₁");
    figure
        .axes()
        .line(0..3, 0..3)
        .unwrap()
        .dash(Dash::Dotted)
        .label("é");
    let svg = figure.to_svg().unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    for words in ["R² &lt; 1 &amp; &quot;more&quot;", "θ₁", "é", "0.5", "1.0"] {
        assert!(svg.contains(&format!("aria-label=\"{words}\"")), "{words}");
    }
    assert!(svg.contains("stroke-dasharray"));
    assert!(!svg.contains("<text"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn nan_breaks_a_line_and_drops_a_point() {
    let mut figure = Figure::new(400, 300);
    figure
        .axes()
        .line([0.0, 1.0, f64::NAN, 3.0, 4.0], [0.0; 5])
        .unwrap();
    let svg = figure.to_svg().unwrap();
    let line = svg.lines().find(|l| l.contains("stroke-width=\"1.8\"")).unwrap();
    assert_eq!(line.matches('M').count(), 2);
    let mut figure = Figure::new(400, 300);
    figure
        .axes()
        .scatter([0.0, 1.0, f64::NAN], [0.0, 1.0, 2.0])
        .unwrap();
    assert_eq!(figure.to_svg().unwrap().matches("#m0-").count(), 2);
}

#[test]
fn saving_goes_by_the_extension_and_makes_folders() {
    let folder = std::env::temp_dir().join(format!("ml-plot-save-{}", std::process::id()));
    let mut figure = Figure::new(100, 100);
    figure.axes().line(0..2, 0..2).unwrap();
    figure.save(folder.join("deep/a.PNG")).unwrap();
    figure.save(folder.join("deep/a.svg")).unwrap();
    assert!(
        std::fs::read(folder.join("deep/a.PNG"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    assert!(
        std::fs::read_to_string(folder.join("deep/a.svg"))
            .unwrap()
            .starts_with("<svg")
    );
    // Nothing but the two pictures is left.
    assert_eq!(std::fs::read_dir(folder.join("deep")).unwrap().count(), 2);
    let error = figure.save(folder.join("a.gif")).unwrap_err().to_string();
    assert!(error.ends_with("no picture format has the extension \"gif\"; name the file .png or .svg"));
    std::fs::remove_dir_all(folder).unwrap();
}
