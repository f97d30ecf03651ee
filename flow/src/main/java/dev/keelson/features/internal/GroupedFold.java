package dev.keelson.features.internal;

import dev.keelson.id.Sha256;
import java.util.HexFormat;

/**
 * A fold over the events of all keys that share a part of the key. These are kept under a key of the group's own; each
 * entity's key knows the name of its group.
 *
 * @param fold reads the group's events
 * @param cell where a key keeps the name of its group
 */
record GroupedFold(Fold fold, int cell) implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        KeyState group = others.of(key(state.cell(cell)));
        return group == null ? Double.NaN : fold.read(group, asOf, others);
    }

    /** The name of the group of a column's value. */
    static long name(String column, String value) {
        String hash = new Sha256().add(column).add(value).hex();
        return Long.parseUnsignedLong(hash.substring(0, 16), 16);
    }

    /** The key under which the events of a group are kept. */
    static String key(long name) {
        return ViewPlan.GROUP + "by:" + HexFormat.of().toHexDigits(name);
    }
}
