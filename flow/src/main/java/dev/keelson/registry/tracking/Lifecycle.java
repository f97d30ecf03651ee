package dev.keelson.registry.tracking;

/** Whether something was deleted; what was deleted can be restored until retention removes it. */
public enum Lifecycle {
    ACTIVE,
    DELETED;

    /** Which of the two a search looks at. */
    public enum View {
        ACTIVE_ONLY,
        DELETED_ONLY,
        ALL
    }
}
