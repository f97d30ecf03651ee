package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.AloneSectionsView;
import dev.keelson.console.view.Markup;

/**
 * A comparison of policies as one HTML file: no script, no font, nothing to load, under the same content security policy as
 * {@link DriftReportPage}.
 */
public final class PolicyHtml {
    private PolicyHtml() {}

    /**
     * The file.
     *
     * @param document as {@code keelson policy compare --json} lists it
     */
    public static String page(JsonNode document) {
        return Templates.render(
                "sectionsAlone.jte",
                new AloneSectionsView(
                        "Policies of " + document.path("model").asText(),
                        PolicySections.comparison(document),
                        DriftReportPage.META_POLICY,
                        new Markup(DriftReportPage.CSS)));
    }
}
