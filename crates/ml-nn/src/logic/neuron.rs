//! Networks of neurons that are on or off.

use std::fmt;

use ml_core::{Error, Result};

/// How many incoming connections must be active for a neuron to fire, as in the book's figure 10-3.
const THRESHOLD: usize = 2;

/// A neuron of a [`LogicNetwork`]: what was added, as a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neuron(usize);

/// A network of McCulloch and Pitts's neurons, each on or off. A neuron fires when at least two of its incoming connections
/// are active, and no inhibitory one is; several connections from one neuron count each.
///
/// Neurons are connected to neurons that were added before, so there are no cycles.
///
/// **Source**: McCulloch and Pitts, "A Logical Calculus of the Ideas Immanent in Nervous Activity" (1943); book figure 10-3.
///
/// # Examples
/// ```
/// use ml_nn::logic::LogicNetwork;
///
/// let mut network = LogicNetwork::new(["A", "B"]);
/// let (a, b) = (network.input("A")?, network.input("B")?);
/// let c = network.and_not(a, b);
/// assert!(network.run(&[true, false])?.is_on(c));
/// assert!(!network.run(&[true, true])?.is_on(c));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogicNetwork {
    inputs: Vec<String>,
    /// Of the neurons after the inputs.
    neurons: Vec<Connections>,
    /// A neuron that is always on, if one was asked for.
    on: Option<Neuron>,
}

/// What leads to a neuron.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Connections {
    exciting: Vec<Neuron>,
    inhibiting: Vec<Neuron>,
    always_on: bool,
}

/// Which neurons of a network are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity(Vec<bool>);

impl Activity {
    /// Whether this neuron, of the network that ran, is on.
    pub fn is_on(&self, neuron: Neuron) -> bool {
        self.0.get(neuron.0).copied().unwrap_or(false)
    }
}

impl LogicNetwork {
    /// With these inputs.
    pub fn new<S: Into<String>>(inputs: impl IntoIterator<Item = S>) -> Self {
        Self {
            inputs: inputs.into_iter().map(Into::into).collect(),
            neurons: Vec::new(),
            on: None,
        }
    }

    /// The neuron of this input.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] with the names that there are.
    pub fn input(&self, name: &str) -> Result<Neuron> {
        let found = self.inputs.iter().position(|known| known == name);
        found.map(Neuron).ok_or_else(|| Error::UnknownParameter {
            owner: "the inputs of a logic network".to_owned(),
            name: name.to_owned(),
            known: self.inputs.join(", "),
        })
    }

    /// A neuron with these connections, of which neurons of other networks are left out.
    pub fn connect(&mut self, exciting: &[Neuron], inhibiting: &[Neuron]) -> Neuron {
        let own = |neurons: &[Neuron]| neurons.iter().copied().filter(|n| n.0 < self.len()).collect();
        let connections = Connections {
            exciting: own(exciting),
            inhibiting: own(inhibiting),
            always_on: false,
        };
        self.neurons.push(connections);
        Neuron(self.len() - 1)
    }

    /// On when `a` is: two connections from it.
    pub fn identity(&mut self, a: Neuron) -> Neuron {
        self.connect(&[a, a], &[])
    }

    /// On when both are: one connection from each.
    pub fn and(&mut self, a: Neuron, b: Neuron) -> Neuron {
        self.connect(&[a, b], &[])
    }

    /// On when one is or both are: two connections from each.
    pub fn or(&mut self, a: Neuron, b: Neuron) -> Neuron {
        self.connect(&[a, a, b, b], &[])
    }

    /// On when `a` is and `b` is not: two connections from `a`, an inhibitory one from `b`.
    pub fn and_not(&mut self, a: Neuron, b: Neuron) -> Neuron {
        self.connect(&[a, a], &[b])
    }

    /// On when `a` is not: as [`and_not`](Self::and_not) with a neuron that is always on.
    pub fn not(&mut self, a: Neuron) -> Neuron {
        let on = self.always_on();
        self.and_not(on, a)
    }

    /// On when one of them is, but not both: `(a ∧ ¬b) ∨ (¬a ∧ b)` (exercise 2 of the chapter).
    pub fn exclusive_or(&mut self, a: Neuron, b: Neuron) -> Neuron {
        let (only_a, only_b) = (self.and_not(a, b), self.and_not(b, a));
        self.or(only_a, only_b)
    }

    /// A neuron that is always on: one for the whole network.
    pub fn always_on(&mut self) -> Neuron {
        if let Some(on) = self.on {
            return on;
        }
        self.neurons.push(Connections {
            always_on: true,
            ..Connections::default()
        });
        let on = Neuron(self.len() - 1);
        self.on = Some(on);
        on
    }

    /// Number of neurons, inputs among them.
    pub fn len(&self) -> usize {
        self.inputs.len() + self.neurons.len()
    }

    /// Whether there is no neuron.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the inputs.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Lets every neuron fire or not, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::Length`] for another number of values than inputs.
    pub fn run(&self, inputs: &[bool]) -> Result<Activity> {
        if inputs.len() != self.inputs.len() {
            return Err(Error::Length {
                op: "LogicNetwork::run",
                left_name: "the network's list of inputs",
                left: self.inputs.len(),
                right_name: "the list of values",
                right: inputs.len(),
            });
        }
        let mut on = inputs.to_vec();
        for neuron in &self.neurons {
            let active = neuron.exciting.iter().filter(|from| on[from.0]).count();
            let inhibited = neuron.inhibiting.iter().any(|from| on[from.0]);
            on.push(neuron.always_on || (active >= THRESHOLD && !inhibited));
        }
        Ok(Activity(on))
    }

    /// The value of a neuron for every combination of inputs, the last input changing fastest: `[[0, 0], [0, 1], ...]`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for more than 20 inputs.
    pub fn truth_table(&self, neuron: Neuron) -> Result<Vec<(Vec<bool>, bool)>> {
        let count = self.inputs.len();
        ml_core::check::parameter(
            "inputs",
            count,
            count <= 20,
            "at most 20 for a table of all combinations",
        )?;
        let row = |number: usize| {
            let inputs: Vec<bool> = (0..count).rev().map(|bit| number >> bit & 1 == 1).collect();
            let on = self.run(&inputs)?.is_on(neuron);
            Ok((inputs, on))
        };
        (0..1usize << count).map(row).collect()
    }

    fn name(&self, neuron: Neuron) -> String {
        match self.inputs.get(neuron.0) {
            Some(name) => name.clone(),
            None => format!("n{}", neuron.0 - self.inputs.len() + 1),
        }
    }
}

/// One line a neuron: `n1 <- A, A, not B`.
impl fmt::Display for LogicNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, neuron) in self.neurons.iter().enumerate() {
            let exciting = neuron.exciting.iter().map(|&from| self.name(from));
            let inhibiting = neuron
                .inhibiting
                .iter()
                .map(|&from| format!("not {}", self.name(from)));
            let from: Vec<String> = exciting.chain(inhibiting).collect();
            let from = if neuron.always_on {
                "always on".to_owned()
            } else {
                from.join(", ")
            };
            writeln!(f, "n{} <- {from}", number + 1)?;
        }
        Ok(())
    }
}
