//! fal.ai for mediagen: queue, run, storage, catalogue, one file per model kind.
