package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.util.Locale;

/**
 * Writes SVG: attributes and classes only, never a style attribute, so that it is allowed under a strict content security
 * policy. Coordinates are pixels, rounded to hundredths. Not safe for use by several threads.
 */
final class Svg {
    private final StringBuilder out = new StringBuilder(2048);

    /**
     * Starts a picture.
     *
     * @param classes CSS classes beside {@code chart}
     * @param label what it shows, for those who do not see it
     */
    Svg(double width, double height, String classes, String label) {
        out.append("<svg class=\"chart ").append(classes).append("\" width=\"").append(number(width));
        out.append("\" height=\"").append(number(height)).append("\" viewBox=\"0 0 ").append(number(width));
        out.append(' ').append(number(height)).append("\" role=\"img\" aria-label=\"").append(escape(label)).append("\">");
    }

    Svg rect(String classes, double x, double y, double width, double height, String title) {
        out.append("<rect class=\"").append(classes).append("\" x=\"").append(number(x)).append("\" y=\"");
        out.append(number(y)).append("\" width=\"").append(number(Math.max(0, width))).append("\" height=\"");
        out.append(number(Math.max(0, height))).append('"');
        return end("rect", title);
    }

    Svg line(String classes, double x1, double y1, double x2, double y2) {
        out.append("<line class=\"").append(classes).append("\" x1=\"").append(number(x1)).append("\" y1=\"");
        out.append(number(y1)).append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2)).append("\"/>");
        return this;
    }

    Svg circle(String classes, double x, double y, double radius, String title) {
        out.append("<circle class=\"").append(classes).append("\" cx=\"").append(number(x)).append("\" cy=\"");
        out.append(number(y)).append("\" r=\"").append(number(radius)).append('"');
        return end("circle", title);
    }

    Svg path(String classes, CharSequence data, String title) {
        out.append("<path class=\"").append(classes).append("\" d=\"").append(data).append('"');
        return end("path", title);
    }

    /** Text whose baseline starts ({@code start}), is centred ({@code middle}) or ends ({@code end}) at a point. */
    Svg text(String classes, double x, double y, String anchor, String text) {
        out.append("<text class=\"").append(classes).append("\" x=\"").append(number(x)).append("\" y=\"");
        out.append(number(y)).append("\" text-anchor=\"").append(anchor).append("\">").append(escape(text));
        out.append("</text>");
        return this;
    }

    /** Text turned by a quarter to the left, centred at a point: the title of a vertical axis. */
    Svg upright(String classes, double x, double y, String text) {
        out.append("<text class=\"").append(classes).append("\" text-anchor=\"middle\" transform=\"translate(");
        out.append(number(x)).append(' ').append(number(y)).append(") rotate(-90)\">").append(escape(text));
        out.append("</text>");
        return this;
    }

    private Svg end(String tag, String title) {
        if (title.isEmpty()) {
            out.append("/>");
        } else {
            out.append("><title>").append(escape(title)).append("</title></").append(tag).append('>');
        }
        return this;
    }

    /** The finished picture. */
    Markup done() {
        return new Markup(out + "</svg>");
    }

    static String number(double value) {
        double rounded = Math.rint(value * 100) / 100 + 0.0;
        return rounded == Math.rint(rounded)
                ? Long.toString((long) rounded)
                : String.format(Locale.ROOT, "%.2f", rounded).replaceAll("0$", "");
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
