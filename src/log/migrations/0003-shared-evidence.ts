/**
 * No table changes. Since this version a form's example holds evidence and steps, pages say only what differs
 * from them, and differences go into arrays: an older version would read such pages wrongly, and the number
 * makes it refuse the file instead.
 */
export const sql = `
-- Pages of version 1 are read as they are.
`;
