package dev.keelson.features;

/** Why a feature has a value, or why it has none. Stored as its {@link #code()}. */
public enum FeatureStatus {
    /** There is a value. */
    PRESENT(0),
    /** The entity is known, but the feature has no value: an empty window, or a missing input. */
    NULL(1),
    /** The entity's newest event is older than the view's time to live, which is inclusive. */
    STALE(2),
    /** Nothing is known about the entity yet. */
    NOT_FOUND(3),
    /** The request does not name the entity. */
    NULL_KEY(4);

    private static final FeatureStatus[] BY_CODE = values();

    private final byte code;

    FeatureStatus(int code) {
        this.code = (byte) code;
    }

    /** The number stored for it: 0 for PRESENT to 4 for NULL_KEY. */
    public byte code() {
        return code;
    }

    /** The status of a code from 0 to 4. */
    public static FeatureStatus of(byte code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException(
                    "code (%d) must be between 0 and %d.".formatted(code, BY_CODE.length - 1));
        }
        return BY_CODE[code];
    }
}
