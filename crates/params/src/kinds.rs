//! Which kinds a model is of, by what goes in and what comes out.

use mediagen_core::{Field, FieldType, KindEvidence, Method, Modality, ModelKind, Schema};

/// What a schema says about a model's kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Signature {
    /// One of these kinds, the likeliest first; more than one where the schema leaves it open.
    Kinds(Vec<KindEvidence>),
    /// What comes out belongs to none of the seven kinds; why.
    Unsupported(String),
    /// Nothing can be seen: no output is known, or no more than that it is an address.
    Silent,
}

/// The only kind that is left is this sure, from 0 to 1.
const SURE: f64 = 0.9;
/// Of several the likeliest is this sure.
const LIKELY: f64 = 0.7;
/// And the others are.
const POSSIBLE: f64 = 0.4;

/// The kinds that a model with this schema can be of, the likeliest first, each with its reason; empty where nothing can be
/// told, or none fits.
///
/// `output` is what the model makes, where that is known from elsewhere (an example's file, a collection): it decides where
/// the schema says no more than that an address comes out.
///
/// ```
/// use mediagen_core::{Field, FieldType, Modality, ModelKind, Schema, SchemaSource};
/// use mediagen_params::kinds_of;
///
/// let inputs = vec![Field::new("prompt", FieldType::text()).required(), Field::new("start_image", FieldType::address()).required()];
/// let schema = Schema::new(SchemaSource::Live, inputs).with_output(FieldType::address());
/// assert!(kinds_of(&schema, None).is_empty());
/// assert_eq!(kinds_of(&schema, Some(Modality::Video))[0].kind, ModelKind::ImageToVideo);
/// ```
pub fn kinds_of(schema: &Schema, output: Option<Modality>) -> Vec<KindEvidence> {
    match signature(schema, output) {
        Signature::Kinds(kinds) => kinds,
        _ => Vec::new(),
    }
}

/// A kind of content at either end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Media {
    Image,
    Video,
    Audio,
    Model3d,
    File,
}

/// One input that takes a file.
struct FileInput<'a> {
    name: &'a str,
    media: Media,
    required: bool,
}

/// Words in a field's name, the first row that has one of them wins. The names are the field's own, not a model's.
const OUTPUT_WORDS: &[(Media, &[&str])] = &[
    (
        Media::Model3d,
        &["mesh", "glb", "gltf", "obj", "fbx", "usdz", "model", "splat", "ply", "texture", "textures", "gaussian"],
    ),
    (Media::File, &["lora", "config", "weights", "checkpoint", "embedding", "debug", "zip"]),
    (Media::Video, &["video", "videos"]),
    (
        Media::Audio,
        &["audio", "audios", "vocals", "speech", "music", "song", "wav", "drums", "bass", "instrumental", "stems"],
    ),
    (Media::Image, &["image", "images", "mask", "masks", "picture", "photo", "map"]),
];

const INPUT_WORDS: &[(Media, &[&str])] = &[
    (Media::Video, &["video", "videos"]),
    (Media::Audio, &["audio", "audios", "voice", "song", "speech", "sound", "music", "vocal", "instrumental"]),
    (
        Media::File,
        &["mesh", "model", "glb", "lora", "loras", "zip", "archive", "weights", "path", "data", "webhook", "config"],
    ),
    (
        Media::Image,
        &[
            "image",
            "images",
            "img",
            "photo",
            "picture",
            "mask",
            "frame",
            "frames",
            "face",
            "garment",
            "portrait",
            "sketch",
            "reference",
            "person",
            "control",
            "clothing",
            "human",
            "avatar",
            "selfie",
            "product",
            "style",
            "input",
            "tail",
            "start",
            "end",
            "first",
            "last",
        ],
    ),
];

/// Fields for what is said or described.
const TEXTS: &[&str] = &[
    "prompt",
    "text",
    "lyrics",
    "text_prompt",
    "gen_text",
    "script",
    "transcript",
    "input",
    "inputs",
    "tags",
    "dialogue",
];

/// Beginnings of names of audio that is only a sample to sound like.
const SAMPLES: &[&str] = &["ref", "reference", "voice", "speaker", "sample", "prompt"];

/// As [`kinds_of`], and why where there is none.
pub fn signature(schema: &Schema, output: Option<Modality>) -> Signature {
    let found = results(schema, output.and_then(media_of));
    let named = |media: Media| found.iter().find(|(_, is)| *is == Some(media)).map(|(name, _)| name.as_str());
    if let Some(name) = named(Media::Model3d) {
        return Signature::Unsupported(format!("{name} comes out, a 3D model"));
    }
    let inputs = Inputs::of(schema);
    // A video is the result even where its frames or its audio come with it.
    for media in [Media::Video, Media::Image, Media::Audio] {
        if let Some(name) = named(media) {
            let kinds = match media {
                Media::Video => inputs.video(),
                Media::Image => inputs.image(),
                _ => inputs.audio(),
            };
            let given = inputs.files.iter().map(|file| file.name).collect::<Vec<_>>().join("`, `");
            let given = if given.is_empty() { "no file".to_owned() } else { format!("`{given}`") };
            if kinds.is_empty() {
                return Signature::Unsupported(format!("{given} in, {name} out: none of the kinds"));
            }
            return Signature::Kinds(evidence(&kinds, &format!("{given} in, {name} out")));
        }
    }
    if found.iter().any(|(_, media)| media.is_none()) {
        return Signature::Silent;
    }
    match schema.outputs().first() {
        Some(first) => Signature::Unsupported(format!("`{}` comes out, not an image, a video or audio", first.name)),
        None if schema.output.as_ref().is_some_and(|root| root.fields().is_none()) => {
            Signature::Unsupported("no file comes out".to_owned())
        }
        None => Signature::Silent,
    }
}

/// The files that come out, in words, each with its media; without one where only an address is known, unless `hint` says
/// what it is of.
fn results(schema: &Schema, hint: Option<Media>) -> Vec<(String, Option<Media>)> {
    if schema.outputs().is_empty() {
        let root = schema.output.as_ref().filter(|root| is_file(root, 0) || is_uri(root));
        return root.map(|_| ("an address".to_owned(), hint)).into_iter().collect();
    }
    let fields = schema.outputs().iter().filter(|field| is_file(&field.ty, 0) || is_link(field));
    let media = |field: &Field| match words_of(&field.name, OUTPUT_WORDS) {
        None if is_bare(&field.name) => hint,
        known => Some(known.unwrap_or(Media::File)),
    };
    fields.map(|field| (format!("`{}`", field.name), media(field))).collect()
}

/// Whether a name says no more than that something comes out.
fn is_bare(name: &str) -> bool {
    const BARE: &[&str] = &["output", "outputs", "result", "results", "file", "files", "url", "urls", "uri"];
    name.to_ascii_lowercase().split(['_', '-', ' ']).all(|word| BARE.contains(&word))
}

fn media_of(modality: Modality) -> Option<Media> {
    match modality {
        Modality::Image => Some(Media::Image),
        Modality::Video => Some(Media::Video),
        Modality::Audio => Some(Media::Audio),
        _ => None,
    }
}

fn evidence(kinds: &[ModelKind], seen: &str) -> Vec<KindEvidence> {
    let confidence = |place: usize| match (kinds.len(), place) {
        (1, _) => SURE,
        (_, 0) => LIKELY,
        _ => POSSIBLE,
    };
    let kinds = kinds.iter().enumerate();
    kinds.map(|(place, kind)| KindEvidence::new(*kind, Method::Schema, seen, confidence(place))).collect()
}

/// The files and texts that a model takes.
struct Inputs<'a> {
    files: Vec<FileInput<'a>>,
    needs_text: bool,
    takes_text: bool,
}

impl<'a> Inputs<'a> {
    fn of(schema: &'a Schema) -> Self {
        let files = schema.inputs.iter().filter_map(|field| {
            let media = input(field).filter(|media| *media != Media::File)?;
            Some(FileInput { name: &field.name, media, required: field.required })
        });
        let mut texts = schema.inputs.iter().filter(|field| TEXTS.contains(&field.name.as_str()));
        let takes_text = texts.clone().next().is_some();
        Self { files: files.collect(), needs_text: texts.any(|field| field.required), takes_text }
    }

    fn takes(&self, media: Media) -> bool {
        self.files.iter().any(|file| file.media == media)
    }

    fn needs(&self, media: Media) -> bool {
        self.files.iter().any(|file| file.media == media && file.required)
    }

    fn video(&self) -> Vec<ModelKind> {
        use ModelKind::{ImageToVideo, TextToVideo, VideoToVideo};
        if self.needs(Media::Video) {
            return vec![VideoToVideo];
        }
        if self.needs(Media::Image) {
            return if self.takes(Media::Video) { vec![ImageToVideo, VideoToVideo] } else { vec![ImageToVideo] };
        }
        if self.needs(Media::Audio) && !self.takes(Media::Image) && !self.takes(Media::Video) && !self.needs_text {
            return Vec::new();
        }
        self.open(&[(Media::Video, VideoToVideo), (Media::Image, ImageToVideo)], TextToVideo)
    }

    fn image(&self) -> Vec<ModelKind> {
        use ModelKind::{ImageToImage, TextToImage};
        if self.needs(Media::Image) {
            // Words and one image to steer by: both readings are in use.
            return if self.needs_text { vec![ImageToImage, TextToImage] } else { vec![ImageToImage] };
        }
        if self.needs(Media::Video) {
            return Vec::new();
        }
        self.open(&[(Media::Image, ImageToImage)], TextToImage)
    }

    fn audio(&self) -> Vec<ModelKind> {
        use ModelKind::{AudioToAudio, TextToAudio};
        if self.needs(Media::Video) {
            return Vec::new();
        }
        let main = self.files.iter().find(|file| file.media == Media::Audio && file.required);
        if let Some(main) = main {
            let is_sample = main.name.split('_').next().is_some_and(|word| SAMPLES.contains(&word));
            return match (self.takes_text, is_sample) {
                (true, true) => vec![TextToAudio, AudioToAudio],
                (true, false) => vec![AudioToAudio, TextToAudio],
                (false, _) => vec![AudioToAudio],
            };
        }
        self.open(&[(Media::Audio, AudioToAudio)], TextToAudio)
    }

    /// Nothing but perhaps words is needed: the kinds of the files that may also come, and `of_text`.
    fn open(&self, files: &[(Media, ModelKind)], of_text: ModelKind) -> Vec<ModelKind> {
        let mut kinds: Vec<ModelKind> =
            files.iter().filter(|(media, _)| self.takes(*media)).map(|(_, kind)| *kind).collect();
        let place = if self.needs_text || !self.takes_file(files) { 0 } else { kinds.len() };
        if self.takes_text || kinds.is_empty() {
            kinds.insert(place, of_text);
        }
        kinds
    }

    fn takes_file(&self, files: &[(Media, ModelKind)]) -> bool {
        files.iter().any(|(media, _)| self.takes(*media))
    }
}

fn words_of(name: &str, table: &[(Media, &[&str])]) -> Option<Media> {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(['_', '-', ' ']).collect();
    table.iter().find(|(_, known)| words.iter().any(|word| known.contains(word))).map(|(media, _)| *media)
}

fn input(field: &Field) -> Option<Media> {
    if is_file(&field.ty, 0) || is_link(field) { words_of(&field.name, INPUT_WORDS) } else { None }
}

/// Whether a field's text is an address: by its name or its format.
fn is_link(field: &Field) -> bool {
    let last = field.name.rsplit('_').next().unwrap_or_default();
    matches!(last, "url" | "urls" | "uri") || is_uri(&field.ty)
}

fn is_uri(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { format, .. } => matches!(format.as_deref(), Some("uri" | "binary")),
        FieldType::List { items, .. } => is_uri(items),
        FieldType::Union(types) => types.iter().any(is_uri),
        _ => false,
    }
}

/// How deep a type is looked into: lists of lists of unions are in use, deeper ones are not.
const MAX_DEPTH: usize = 4;

/// Whether a value of this type is a file: an object with an address, or a list of such.
fn is_file(ty: &FieldType, depth: usize) -> bool {
    match ty {
        _ if depth > MAX_DEPTH => false,
        FieldType::Object(parts) => {
            let has = |name: &str| parts.iter().any(|part| part.name == name);
            has("url") && (has("content_type") || has("file_name") || parts.len() <= 3)
        }
        FieldType::List { items, .. } => is_file(items, depth + 1),
        FieldType::Union(types) => types.iter().any(|ty| is_file(ty, depth + 1)),
        _ => false,
    }
}
