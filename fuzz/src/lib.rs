//! What several targets need: a model of a login and the ways to write it, the offline stages, second readers.

pub mod model;
pub mod pages;
pub mod readers;
pub mod stages;
pub mod wire;
