/// The text part of a digest. Each item is a block instead of a table row, because names can have any width.
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
