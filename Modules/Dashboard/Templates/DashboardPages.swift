internal import Mustache

/// The dashboard's pages: templates embedded in the program and parsed once.
public struct DashboardPages: Sendable {
    /// A page, named after its template.
    public enum Name: String, CaseIterable, Sendable {
        case overview, products, product, order, alerts, message
        case signIn = "sign-in"
    }

    private let library: MustacheLibrary

    public init() {
        precondition(ScalarHTML.isRegistered)
        var templates: [String: MustacheTemplate] = [:]
        for (name, source) in Self.sources {
            // The engine starts each partial with its default escaping, so each template names ours.
            let text = "{{% CONTENT_TYPE:\(ScalarHTML.name)}}" + source
            do {
                templates[name] = try MustacheTemplate(string: text)
            } catch {
                // The templates are constants, so one that does not parse is a programming error that every test would
                // hit.
                preconditionFailure("the template \(name) does not parse: \(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// A page as HTML. Every value is escaped except those that a template inserts as markup (charts).
    public func html(_ name: Name, _ values: [String: Any]) -> String {
        guard let html = library.render(values, withTemplate: name.rawValue) else {
            preconditionFailure("there is no template \(name.rawValue)")
        }
        return html
    }

    private static let sources: [String: String] = [
        "shell": text(PackageResources.shell_mustache),
        "overview": text(PackageResources.overview_mustache),
        "products": text(PackageResources.products_mustache),
        "product": text(PackageResources.product_mustache),
        "stock-forms": text(PackageResources.stock_forms_mustache),
        "order": text(PackageResources.order_mustache),
        "alerts": text(PackageResources.alerts_mustache),
        "sign-in": text(PackageResources.sign_in_mustache),
        "message": text(PackageResources.message_mustache),
        "pager": """
        {{#pager}}
        <nav class="pager" aria-label="More of the list">{{#first}}<a href="{{first}}">First page</a>{{/first}}\
        {{#next}}<a href="{{next}}" rel="next">Next page</a>{{/next}}</nav>
        {{/pager}}

        """,
        "time": #"<time datetime="{{exact}}" title="{{full}}" data-relative>{{short}}</time>"#,
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
