package dev.keelson.console.view;

/**
 * A severity as shape, word and colour together, so that none of them carries it alone.
 *
 * @param level how bad
 * @param word what it says
 */
public record Badge(Level level, String word) {

    /** How bad something is. */
    public enum Level {
        /** A person should look: triangle. */
        HIGH("high", "M6 1.5l5 9h-10z"),
        /** Watch it: diamond. */
        MODERATE("moderate", "M6 1l5 5-5 5-5-5z"),
        /** All is well: dot. */
        OK("ok", "M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7z"),
        /** Too little is known: ring. */
        UNKNOWN("unknown", "M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8zm0 1.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8z"),
        /** Not looked at: a line. */
        OFF("off", "M2 5.2h8v1.6h-8z");

        private final String css;
        private final String shape;

        Level(String css, String shape) {
            this.css = css;
            this.shape = shape;
        }

        /** Its CSS class. */
        public String css() {
            return css;
        }
    }

    /** The shape, drawn. */
    public Markup shape() {
        return new Markup("<svg class=\"shape\" width=\"12\" height=\"12\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\""
                + level.shape + "\"/></svg>");
    }
}
