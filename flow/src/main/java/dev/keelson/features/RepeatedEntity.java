package dev.keelson.features;

/**
 * An entity that one row names in two columns, such as a team that plays against itself.
 *
 * @param entity which kind
 * @param key its key
 * @param first column
 * @param second column
 */
public record RepeatedEntity(String entity, String key, String first, String second) {}
