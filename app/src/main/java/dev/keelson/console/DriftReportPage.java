package dev.keelson.console;

import dev.keelson.console.view.AloneView;
import dev.keelson.console.view.Markup;
import dev.keelson.monitor.DriftReport;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;

/**
 * A drift report as one HTML file: no script, no font, nothing to load. Its own content security policy allows its one
 * style sheet, by hash, and nothing else.
 */
public final class DriftReportPage {
    static final String CSS = Assets.text("base.css");

    /** The content security policy that the file itself declares; a server sends the same. */
    public static final String POLICY = "default-src 'none'; style-src '" + hash(CSS)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Without {@code frame-ancestors}, which a meta element may not carry. */
    static final String META_POLICY = POLICY.replace("; frame-ancestors 'none'", "");

    private DriftReportPage() {}

    /** The file, with times in UTC. */
    public static String html(DriftReport report) {
        return html(report, ZoneOffset.UTC);
    }

    /**
     * The file.
     *
     * @param zone in which times are shown
     */
    public static String html(DriftReport report, ZoneId zone) {
        return Templates.render(
                "report.jte",
                new AloneView(
                        Reports.view(report, List.of(), zone), META_POLICY, new Markup(CSS)));
    }

    private static String hash(String css) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(css.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }
}
