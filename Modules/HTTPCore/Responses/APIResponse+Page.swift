package import JSON
package import UseCases

extension APIResponse {
    /// One page of a list: `items` and `next_cursor`.
    package static func page<Item>(_ page: Page<Item>, _ write: (inout JSONWriter, Item) -> Void) -> APIResponse {
        json { writer in
            writer.object { writer in
                writer.member("items", page.items, write)
                writer.member("next_cursor", page.next?.token)
            }
        }
    }
}
