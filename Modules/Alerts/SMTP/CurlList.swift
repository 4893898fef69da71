internal import CCurl

/// A libcurl list of strings. libcurl does not copy it, so a handle retains it as long as it refers to it.
final class CurlList {
    let head: UnsafeMutablePointer<curl_slist>?

    /// - Throws: when there is no memory.
    init(_ texts: some Sequence<String>) throws(SMTPFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else {
                curl_slist_free_all(list)
                throw .noMemory
            }
            list = longer
        }
        head = list
    }

    deinit {
        curl_slist_free_all(head)
    }
}
