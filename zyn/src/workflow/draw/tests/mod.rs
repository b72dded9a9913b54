mod pictures;
mod random;
mod samples;
