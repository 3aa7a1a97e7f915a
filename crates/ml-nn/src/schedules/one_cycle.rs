//! 1cycle.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::Schedule;

/// Up along a line from `start` to `max` in the first half, back down in the second, then far down in the last steps.
///
/// Source: Smith, "A disciplined approach to neural network hyper-parameters" (2018), as in the book's section 11.3.7.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OneCycle {
    /// Steps of the whole cycle.
    pub total_steps: f64,
    /// The highest rate.
    pub max_rate: f64,
    /// The first rate. Default a tenth of the highest.
    pub start_rate: f64,
    /// The last rate. Default a thousandth of the first.
    pub last_rate: f64,
    /// How many steps the last way down takes. Default a tenth of all and one, rounded down.
    pub last_steps: f64,
}

impl OneCycle {
    /// With the book's defaults.
    pub fn new(total_steps: f64, max_rate: f64) -> Self {
        Self {
            total_steps,
            max_rate,
            start_rate: max_rate / 10.0,
            last_rate: max_rate / 10_000.0,
            last_steps: (total_steps / 10.0).floor() + 1.0,
        }
    }
}

#[typetag::serde]
impl Schedule for OneCycle {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        let half = ((self.total_steps - self.last_steps) / 2.0).floor();
        check::parameter(
            "total_steps",
            self.total_steps,
            half > 0.0,
            "above last_steps + 1",
        )?;
        let line = |from: f64, to: f64, begin: f64, end: f64| {
            step.sub_scalar(begin)?
                .mul_scalar((to - from) / (end - begin))?
                .add_scalar(from)
        };
        let up = line(self.start_rate, self.max_rate, 0.0, half)?;
        let down = line(self.max_rate, self.start_rate, half, 2.0 * half)?;
        let last = line(self.start_rate, self.last_rate, 2.0 * half, self.total_steps)?
            .clip(self.last_rate, f64::INFINITY)?;
        let before = |end: f64| step.less(&Tensor::from(end));
        Tensor::select(
            &before(half)?,
            &up,
            &Tensor::select(&before(2.0 * half)?, &down, &last)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{super::at, *};

    #[test]
    fn it_goes_up_down_and_far_down() {
        // 100 steps: 11 last ones, so that each half has 44.
        let schedule = OneCycle::new(100.0, 1.0);
        let near = |step: f64, rate: f64| assert!((at(&schedule, step) - rate).abs() < 1e-12, "{step}");
        near(0.0, 0.1);
        near(22.0, 0.55);
        near(44.0, 1.0);
        near(66.0, 0.55);
        near(88.0, 0.1);
        near(100.0, 0.0001);
        near(200.0, 0.0001);
    }
}
