package dev.keelson.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;

/** The templates, compiled to classes when the product was built. */
final class Templates {
    private static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(ContentType.Html);
    private static final int TYPICAL_LENGTH = 32 * 1024;

    private Templates() {}

    static String render(String template, Object view) {
        StringOutput output = new StringOutput(TYPICAL_LENGTH);
        ENGINE.render(template, view, output);
        return CellLabels.on(output.toString());
    }
}
