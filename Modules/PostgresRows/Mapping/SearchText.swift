import Foundation

/// Text normalized for search: in lower case and composed, so that texts that look alike are equal.
package func folded(_ text: String) -> String {
    text.lowercased().precomposedStringWithCanonicalMapping
}
