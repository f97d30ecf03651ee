package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something a person can do on a page: a form, or a button that cannot be pressed and says why.
 *
 * @param title what it does, on its button
 * @param href where the form goes
 * @param get whether it only asks for another page and changes nothing
 * @param open whether the form is shown at once
 * @param danger whether it changes what serves
 * @param effect what will be so afterwards, or empty
 * @param fields what is asked for
 * @param refusal why it cannot be done now, or null
 */
public record Action(
        String title,
        String href,
        boolean get,
        boolean open,
        boolean danger,
        String effect,
        List<Field> fields,
        @Nullable String refusal) {

    /** Copies the list. */
    public Action {
        fields = List.copyOf(fields);
    }

    /** How a field is filled in. */
    public enum Kind {
        HIDDEN,
        TEXT,
        CHOICE,
        DAY,
        TICK,
        SEVERAL
    }

    /**
     * A field.
     *
     * @param kind how it is filled in
     * @param name of the parameter
     * @param label what is asked
     * @param value what stands there first
     * @param required whether it may stay empty
     * @param options of a choice, of one or of several
     */
    public record Field(Kind kind, String name, String label, String value, boolean required, List<Option> options) {

        /** Copies the list. */
        public Field {
            options = List.copyOf(options);
        }
    }

    /**
     * A value of a choice.
     *
     * @param value as it is sent
     * @param label as people read it
     */
    public record Option(String value, String label) {}
}
