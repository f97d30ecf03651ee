package dev.keelson.data;

import java.util.List;

/**
 * What removing versions would free, or freed.
 *
 * @param versions ids of the versions
 * @param files how many files no other version needs
 * @param bytes their size
 */
public record DatasetGarbage(List<String> versions, int files, long bytes) {
    public DatasetGarbage {
        versions = List.copyOf(versions);
    }
}
