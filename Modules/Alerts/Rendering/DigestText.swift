/// The text part of a digest. A block for each item instead of columns: names are of any width.
enum DigestText {
    static let template = """
        {{% CONTENT_TYPE:TEXT}}{{intro}}
        {{#recoveredCount}}
        {{.}}
        {{/recoveredCount}}
        {{#rows}}

        {{number}}. {{sku}}  {{name}}
           Warehouse:     {{warehouse}} ({{code}})
           Available:     {{available}}  (reorder point {{reorderPoint}})
           Raised:        {{raised}}
        {{#recovered}}
           RECOVERED SINCE ({{recovered}}): no order needed
        {{/recovered}}
        {{^recovered}}
           Suggested:     {{quantity}} x {{price}} = {{value}} {{currency}}
        {{/recovered}}
        {{/rows}}

        Total of the suggestions: {{total}} {{currency}}

        """
}
