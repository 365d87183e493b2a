//! What a server answered, as the text that goes back to the model.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rmcp::model::{CallToolResult, ContentBlock, ImageContent, ResourceContents};

use crate::instrument::Evidence;
use crate::instrument::evidence::Settled;

/// The text of a result, and the images in it that can be kept.
pub(super) fn told(result: &CallToolResult, server: &str, tool: &str) -> (String, Vec<Evidence>) {
    let (mut parts, mut images) = (Vec::new(), Vec::new());
    for content in &result.content {
        parts.push(match content {
            ContentBlock::Text(text) => text.text.clone(),
            ContentBlock::Image(image) => {
                images.extend(evidence(image, server, tool));
                format!("[an image: {}]", image.mime_type)
            }
            ContentBlock::Audio(audio) => format!("[a sound: {}]", audio.mime_type),
            ContentBlock::Resource(embedded) => match &embedded.resource {
                ResourceContents::TextResourceContents { uri, text, .. } => format!("[{uri}]\n{text}"),
                ResourceContents::BlobResourceContents { uri, .. } => format!("[{uri}, which is no text]"),
                _ => "[a resource]".to_owned(),
            },
            ContentBlock::ResourceLink(link) => format!("[{}: {}]", link.name, link.uri),
            _ => "[something that is no text]".to_owned(),
        });
    }
    if parts.is_empty() {
        parts.extend(result.structured_content.as_ref().map(ToString::to_string));
    }
    (parts.join("\n"), images)
}

/// An image as evidence: of a stranger's, on which no verdict rests.
fn evidence(image: &ImageContent, server: &str, tool: &str) -> Option<Evidence> {
    let bytes = BASE64_STANDARD.decode(&image.data).ok().filter(|_| image.mime_type == "image/png")?;
    Some(Evidence {
        kind: "screenshot",
        title: format!("{tool} of the MCP server {server}"),
        summary: format!("an image of {} bytes", bytes.len()),
        bytes,
        settled: Settled::Still,
        stranger: Some(format!("the MCP server {server}")),
    })
}
