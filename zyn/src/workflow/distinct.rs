//! No two steps of a run have one id, though each workflow names its own.

use super::graph::Graph;

impl Graph {
    /// Refuses, while it is compiled, a step whose id is that of a step inside a `run(…)`. For the expansion of
    /// `workflow!`.
    #[doc(hidden)]
    pub const fn __distinct(&'static self) -> &'static Self {
        let mut runs = self.steps;
        while let [run, others @ ..] = runs {
            runs = others;
            let Some(inner) = run.workflow else { continue };
            let mut steps = self.steps;
            while let [step, others @ ..] = steps {
                steps = others;
                let taken = match behind(step.id.as_bytes(), run.id.as_bytes()) {
                    Some(rest) => inner.has(rest),
                    None => false,
                };
                assert!(
                    !taken,
                    "a step of this workflow and a step inside one of its `run(…)`s have one id; bind the `run(…)` to another name"
                );
            }
        }
        self
    }

    /// Whether a run of it has a step that is called `id`.
    const fn has(&self, id: &[u8]) -> bool {
        let mut steps = self.steps;
        while let [step, others @ ..] = steps {
            steps = others;
            let own = step.id.as_bytes();
            if same(own, id) {
                return true;
            }
            if let (Some(inner), Some(rest)) = (step.workflow, behind(id, own))
                && inner.has(rest)
            {
                return true;
            }
        }
        false
    }
}

/// What follows `path` and a slash in `id`.
const fn behind<'i>(mut id: &'i [u8], mut path: &[u8]) -> Option<&'i [u8]> {
    while let [byte, rest @ ..] = path {
        match id {
            [first, others @ ..] if *first == *byte => (id, path) = (others, rest),
            _ => return None,
        }
    }
    match id {
        [b'/', rest @ ..] => Some(rest),
        _ => None,
    }
}

const fn same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, ones @ ..], [second, others @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (ones, others);
    }
    one.is_empty() && other.is_empty()
}
