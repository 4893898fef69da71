import Foundation

/// Text as it is searched for: in lower case and composed, so that what looks alike is alike.
package func folded(_ text: String) -> String {
    text.lowercased().precomposedStringWithCanonicalMapping
}
