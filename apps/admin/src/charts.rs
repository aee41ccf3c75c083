//! Charts: SVG drawn at the width it is shown, so that text is never scaled. Scales are pure and tested.
//!
//! The thread (vermilion) is the one series a chart is about; comparison is grey; categories keep their order.

pub mod axis;
pub mod bar;
pub mod funnel;
pub mod line;
pub mod measure;
pub mod scale;

pub use bar::{Bar, BarChart, BarList, BarRow};
pub use funnel::{Funnel, FunnelStep, StepKind};
pub use line::{LineChart, Series, SeriesKind};
