// SPDX-License-Identifier: Apache-2.0
package store;

import java.util.HashMap;
import java.util.Map;

/** Counts what is on the shelves. */
public class Inventory {
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * Adds pieces of an article.
     *
     * @param article the name of the article
     * @param pieces the number of pieces to add
     * @throws IllegalArgumentException if the number is negative
     */
    public void add(String article, int pieces) {
        if (pieces < 0) {
            throw new IllegalArgumentException("negative");
        }
        counts.merge(article, pieces, Integer::sum);
    }

    /**
     * Takes pieces of an article from the shelf.
     *
     * @param article the name of the article
     * @param pieces the number of pieces to take
     * @return whether there were enough pieces
     */
    public boolean take(String article, int pieces) {
        int there = counts.getOrDefault(article, 0);
        if (there < pieces) {
            return false;
        }
        counts.put(article, there - pieces);
        return true;
    }

    /**
     * Returns how many pieces of an article there are.
     *
     * @param article the name of the article
     * @return the number of pieces, 0 for an unknown article
     */
    public int count(String article) {
        return counts.getOrDefault(article, 0);
    }

    /**
     * Removes all articles of which nothing is left.
     *
     * @return the number of articles that were removed
     */
    public int sweep() {
        int before = counts.size();
        counts.values().removeIf(it -> it == 0);
        return before - counts.size();
    }
}
