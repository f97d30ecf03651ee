package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CellLabelsTest {
    @Test
    void eachCellNamesItsColumn() {
        String html = """
                <p>Before</p>
                <table class="rows"><thead><tr><th>Pick</th><th class="n"><a href="?s=x">p &lt; 5 %</a></th></tr></thead>
                <tbody><tr><th scope="row">a</th><td class="n">1</td></tr><tr><td>b</td><td>$2</td></tr></tbody></table>
                <p>After</p>""";

        assertThat(CellLabels.on(html)).isEqualTo("""
                <p>Before</p>
                <table class="rows"><thead><tr><th>Pick</th><th class="n"><a href="?s=x">p &lt; 5 %</a></th></tr></thead>
                <tbody><tr><th scope="row">a</th><td data-label="p &lt; 5 %" data-short class="n">1</td></tr>\
                <tr><td data-label="Pick" data-short>b</td><td data-label="p &lt; 5 %" data-short>$2</td></tr></tbody></table>
                <p>After</p>""");
    }

    @Test
    void aHeaderWithAQuotationMarkEndsNoAttribute() {
        assertThat(CellLabels.on("<table><thead><tr><th>a \"b\"</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"))
                .endsWith("<td data-label=\"a &#34;b&#34;\" data-short>1</td></tr></tbody></table>");
    }

    @Test
    void cellsOfManyWordsOrWithAFormAreNotShort() {
        assertThat(CellLabels.on("<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead><tbody><tr><td>A sentence of several words</td>"
                        + "<td><input name=\"x\"></td><td><a href=\"/a/long/address/of/a/page\">v2</a></td></tr></tbody></table>"))
                .contains("<td data-label=\"a\">A", "<td data-label=\"b\"><input", "<td data-label=\"c\" data-short><a");
    }

    @Test
    void aTableWithoutHeadersAndATooLongRowStayAsTheyAre() {
        String bare = "<table><tbody><tr><td>1</td></tr></tbody></table>";
        String longer = "<table><thead><tr><th></th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>";

        assertThat(CellLabels.on(bare)).isEqualTo(bare);
        assertThat(CellLabels.on(longer)).isEqualTo(longer);
    }
}
