package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Field;
import dev.keelson.console.view.Action.Kind;
import dev.keelson.console.view.Action.Option;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A form while it is put together. Not safe for use by several threads. */
final class ActionDraft {
    private final String title;
    private final String href;
    private final List<Field> fields = new ArrayList<>();
    private boolean get;
    private boolean open;
    private boolean danger;
    private String effect = "";
    private @Nullable String refusal;

    ActionDraft(String title, String href) {
        this.title = title;
        this.href = href;
    }

    /** It asks for another page and changes nothing. */
    ActionDraft get() {
        get = true;
        return this;
    }

    /** The form is shown at once. */
    ActionDraft open() {
        open = true;
        return this;
    }

    /** It changes what serves. */
    ActionDraft danger() {
        danger = true;
        return this;
    }

    ActionDraft effect(String sentence) {
        effect = sentence;
        return this;
    }

    ActionDraft hidden(String name, String value) {
        fields.add(new Field(Kind.HIDDEN, name, "", value, false, List.of()));
        return this;
    }

    ActionDraft text(String name, String label, String value, boolean required) {
        fields.add(new Field(Kind.TEXT, name, label, value, required, List.of()));
        return this;
    }

    ActionDraft choice(String name, String label, String value, List<Option> options) {
        fields.add(new Field(Kind.CHOICE, name, label, value, true, options));
        return this;
    }

    /** A day, or none. */
    ActionDraft day(String name, String label, String value) {
        fields.add(new Field(Kind.DAY, name, label, value, false, List.of()));
        return this;
    }

    ActionDraft tick(String name, String label) {
        fields.add(new Field(Kind.TICK, name, label, "", false, List.of()));
        return this;
    }

    /** Any number of options, each with a box to tick. */
    ActionDraft several(String name, String label, List<Option> options) {
        fields.add(new Field(Kind.SEVERAL, name, label, "", false, options));
        return this;
    }

    /** Who does it and why. */
    ActionDraft whoAndWhy(String why) {
        return text("actor", "Your name", "", true).text("reason", why, "", true);
    }

    /** It cannot be done when there is a reason. */
    ActionDraft refused(@Nullable String reason) {
        refusal = reason;
        return this;
    }

    Action done() {
        return new Action(title, href, get, open, danger, effect, refusal == null ? fields : List.of(), refusal);
    }
}
