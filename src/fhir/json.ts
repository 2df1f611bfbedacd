/** The types of parsed JSON. https://www.rfc-editor.org/rfc/rfc8259 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** A parsed resource: an object that says its type. */
export interface Resource extends JsonObject {
  resourceType: string;
}
