/// The HTML part of a digest: one table, with inline styles because mail clients drop others, and no external
/// resources.
///
/// Colours are left to the reader's theme, except a border and two tones that are legible on white and on black.
enum DigestHTML {
    static let template = """
        {{% CONTENT_TYPE:\(ScalarHTML.name)}}<!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="supported-color-schemes" content="light dark">
        <title>{{subject}}</title>
        </head>
        <body style="margin:0;padding:16px;font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:1.4">
        <h1 style="font-size:18px;margin:0 0 8px">{{intro}}</h1>
        {{#recoveredCount}}
        <p style="margin:0 0 8px">{{.}}</p>
        {{/recoveredCount}}
        <table style="border-collapse:collapse;font-size:14px">
        <caption style="text-align:left;padding:0 0 8px;color:#767676">Prices and values in {{currency}}</caption>
        <thead>
        <tr>
        \(header("SKU"))
        \(header("Name"))
        \(header("Warehouse"))
        \(header("Available", isNumber: true))
        \(header("Reorder point", isNumber: true))
        \(header("Suggested quantity", isNumber: true))
        \(header("Unit price", isNumber: true))
        \(header("Value", isNumber: true))
        </tr>
        </thead>
        <tbody>
        {{#rows}}
        <tr{{#recovered}} style="color:#767676"{{/recovered}}>
        <td style="\(cell);white-space:nowrap">{{sku}}</td>
        <td style="\(cell)"><bdi>{{name}}</bdi>\(recoveredMark)</td>
        <td style="\(cell)"><bdi>{{warehouse}}</bdi> ({{code}})</td>
        <td style="\(number)">{{available}}</td>
        <td style="\(number)">{{reorderPoint}}</td>
        <td style="\(number)">{{quantity}}</td>
        <td style="\(number)">{{price}}</td>
        <td style="\(number)">{{value}}</td>
        </tr>
        {{/rows}}
        </tbody>
        <tfoot>
        <tr>
        <th scope="row" colspan="7" style="\(number);font-weight:bold">Total of the suggestions</th>
        <td style="\(number);font-weight:bold">{{total}} {{currency}}</td>
        </tr>
        </tfoot>
        </table>
        </body>
        </html>

        """

    private static let cell = "border:1px solid #999999;padding:6px 8px;text-align:left;vertical-align:top"
    private static let number =
        "border:1px solid #999999;padding:6px 8px;text-align:right;vertical-align:top;white-space:nowrap"

    private static let recoveredMark = "{{#recovered}} <strong>(recovered since, {{recovered}})</strong>{{/recovered}}"

    private static func header(_ name: String, isNumber: Bool = false) -> String {
        #"<th scope="col" style="\#(isNumber ? number : cell);font-weight:bold">\#(name)</th>"#
    }
}
